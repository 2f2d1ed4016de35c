"""The statement that someone signed before they are erased."""

from tests.confirmations.conftest import page

__all__ = ["page"]
