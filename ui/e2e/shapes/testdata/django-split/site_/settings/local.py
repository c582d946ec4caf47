from .base import *

DEBUG = True
INSTALLED_APPS = INSTALLED_APPS + ["a_tool_that_is_not_installed"]
