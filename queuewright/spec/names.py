"""Names of projects and workloads: a DNS label that is also safe as a package, a module and a service."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable

from queuewright.spec.expect import shown

PATTERN = re.compile(r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?")
RULE = "lower-case letters, digits and `-`, at most 40, a letter first and no `-` last"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PYTHON_STDLIB = _words("""abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect builtins bz2
    cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall compression concurrent
    configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis
    distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib
    functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib imghdr
    imp importlib inspect io ipaddress itertools json keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal
    math mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode
    operator optparse os ossaudiodev pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath
    pprint profile pstats pty pwd pyclbr pydoc pyexpat queue quopri random re readline reprlib resource rlcompleter runpy
    sched secrets select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 ssl
    stat statistics string stringprep struct subprocess sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib
    tempfile termios test textwrap this threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty
    turtle types typing unicodedata unittest urllib uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref
    xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo""")
"""Top-level modules of Python 3.11 to 3.14; a package of the same name would hide one, or be hidden."""

_PYTHON_LIBRARIES = _words("""aiohttp aiokafka alembic amqp anyio arq azure billiard boto3 botocore cachetools celery click confluent_kafka django
    dramatiq faststream fastapi flask gevent google greenlet httpx huey jinja2 kafka kombu limits mypy numpy openai
    opentelemetry pandas pika pip prometheus_client psutil psycopg psycopg2 pybreaker pydantic pydantic_settings pymongo
    pytest redis requests rq ruff scipy sentry_sdk setuptools sklearn sqlalchemy starlette stripe structlog taskiq tenacity
    tensorflow torch transformers typer tzdata uvicorn uvloop valkey vine yaml""")
"""What a rendered project imports, or the tasks that are written into it are likely to."""

_KEYWORDS = {
    "python": frozenset(keyword.kwlist),
    "ruby": _words("""begin alias and break case class def defined do else elsif end ensure false for if in module next nil not or redo
        rescue retry return self super then true undef unless until when while yield"""),
    "node": _words("""await break case catch class const continue debugger default delete do else enum export extends false finally for
        function if implements import in instanceof interface let new null package private protected public return static
        super switch this throw true try typeof var void while with yield"""),
}

_LIBRARIES = {
    "python": _PYTHON_LIBRARIES,
    "ruby": _words("bundler json logger rails redis set sidekiq timeout"),
    "node": _words("""assert buffer bullmq cluster crypto events fs http https ioredis net node_modules os path process stream timers tls
        url util worker zlib"""),
}

_FOLDERS = _words("tests src config scripts k8s monitoring loadtest requirements docs secrets")
"""Folders of the rendered project."""

_SERVICES = _words("broker cache state scheduler redis-exporter prometheus grafana loadtest")
"""Services of the rendered Compose file."""

_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))]
)
"""File names that Windows keeps for itself."""


_YAML_WORDS = _words("y n yes no on off true false null")
"""What YAML 1.1, which Kubernetes and Compose read, takes for no text; a name stands unquoted in many places."""


def project_problem(name: str, languages: tuple[str, ...]) -> str | None:
    """What is wrong with a project's name, or None. It becomes a package and the prefix of services."""
    if name in _FOLDERS:
        return f"`{name}` is the name of a folder in the rendered project"
    if "python" in languages and name.replace("-", "_") in _PYTHON_STDLIB:
        return f"`{name}` is a module of Python's standard library"
    for language in languages:
        if name.replace("-", "_") in _LIBRARIES.get(language, ()):
            return f"`{name}` is a library that a project in {language.title()} may import"
    return _common_problem(name, languages)


def workload_problem(name: str, languages: tuple[str, ...]) -> str | None:
    """What is wrong with a workload's name, or None. It becomes a module of tasks, a queue and a service."""
    if name in _SERVICES:
        return f"`{name}` is already the name of a service in the rendered project"
    if "python" in languages and name == "periodic":
        return f"`{name}` is already the module of the rendered project's periodic tasks"
    return _common_problem(name, languages)


def _common_problem(name: str, languages: tuple[str, ...]) -> str | None:
    if not PATTERN.fullmatch(name):
        return f"`{shown(name)}` is no valid name: {RULE}"
    if name in _DEVICES:
        return f"`{name}` is a reserved file name on Windows"
    if name in _YAML_WORDS:
        return f"`{name}` is no text in YAML 1.1, which Kubernetes reads"
    for language in languages:
        if name in _KEYWORDS.get(language, ()):
            return f"`{name}` is a keyword of {language.title()}"
    return None


def suggestion(name: str, is_valid: Callable[[str], bool]) -> str:
    """A valid name made of an invalid one."""
    made = re.sub(r"[^a-z0-9]+", "-", name.lower()).lstrip("0123456789-")[:34].strip("-") or "mail"
    return made if made != name and is_valid(made) else f"{made}-jobs"
