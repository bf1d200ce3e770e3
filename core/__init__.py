"""The tuning engine of Hikidashi: a library and a command line, with no screen."""

__version__ = "0.1.0"
