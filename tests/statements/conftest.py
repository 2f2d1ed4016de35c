"""The statement somebody has clicked on."""

from tests.confirmations.conftest import page

__all__ = ["page"]
