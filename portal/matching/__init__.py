"""Matching: which bank line pays which open item, why, and what is posted when someone agrees."""
