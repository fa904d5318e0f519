"""The version of the product: in the wheel, in every fingerprint, in every report."""

__version__ = "0.7.0"
