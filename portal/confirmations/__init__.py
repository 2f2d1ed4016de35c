"""confirmations"""
