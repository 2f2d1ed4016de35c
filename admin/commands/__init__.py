"""The launcher's commands, one module a group; names and answers as in the reference of the command line."""
