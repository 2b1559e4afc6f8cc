"""One suggester a project: started, found, killed, ended, and never twice."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import CORPORA  # noqa: F401  (the tests' own conftest stands first on the path)

from tonemark.corpus.store import STORE_FILE, Store
from tonemark.errors import TonemarkError
from tonemark.suggester import place as place_module
from tonemark.suggester import starting
from tonemark.suggester.place import LOG_LIMIT, Place
from tonemark.suggester.starting import Suggester
