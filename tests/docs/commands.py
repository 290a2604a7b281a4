"""Checks command lines in documentation against the real command tree, without running them."""

import re
import shlex
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any, Final

_SHELL: Final = frozenset({"&&", "||", "|", ";", "&", "(", ")", "|&", ";;"})
_ASSIGNMENT: Final = re.compile(r"^[A-Za-z_]\w*=")
_COMMAND_WORD: Final = re.compile(r"^[a-z][a-z-]*(?:\|[a-z][a-z-]*)*$")


def invocations(line: str) -> Iterator[list[str]]:
    """The arguments of each call of `lacuna` in a line of shell: pipes, assignments and redirections taken apart."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="();<>|&")
    lexer.whitespace_split = True
    lexer.commenters = "#"
    try:
        words = list(lexer)
    except ValueError:  # a here-document's body or a quote that goes on: not a call on one line
        return
    call: list[str] = []
    redirected = False
    for word in [*words, ";"]:
        if word in _SHELL:
            yield from _lacuna(call)
            call = []
        elif word and set(word) <= set("<>&"):
            redirected = True
            if call and call[-1].isdigit():
                call.pop()
        elif redirected:
            redirected = False
        else:
            call.append(word)


def _lacuna(call: list[str]) -> Iterator[list[str]]:
    words = [*call]
    while words and (_ASSIGNMENT.match(words[0]) or words[0] in {"env", "exec", "sudo", "time", "nohup", "!"}):
        words.pop(0)
    if words and words[0].rpartition("/")[2] == "lacuna":
        yield words[1:]
    elif words[1:3] == ["-m", "lacuna"] and "python" in words[0]:
        yield words[3:]


def faults(command: Any, arguments: Iterable[str]) -> list[str]:
    """Why these arguments cannot be meant for `command` (a typer command or group): an unknown command or option, an
    option without its value, a group without a command. Values are not checked."""
    words = list(arguments)
    path = "lacuna"
    while words:
        word = words.pop(0)
        if word == "--":
            return []
        if word.startswith("-") and word != "-":
            option, has_value, _ = word.partition("=")
            if option in {"-h", "--help"}:
                return []
            parameter = _option(command, option)
            if parameter is None:
                return [f"`{path}` has no option {option}"]
            if parameter.is_flag or parameter.count:
                if getattr(parameter, "is_eager", False):
                    return []
            elif not has_value:
                if not words:
                    return [f"`{path} {option}` needs a value"]
                words.pop(0)
        elif children := getattr(command, "commands", None):
            if word not in children:
                return [f"`{path}` has no command {word}; it has {', '.join(sorted(children))}"]
            command, path = children[word], f"{path} {word}"
    if getattr(command, "commands", None) and not getattr(command, "invoke_without_command", False):
        return [f"`{path}` needs a command"]
    return []


def mentioned(code: str) -> list[list[str]]:
    """The command paths that inline code such as `lacuna audit query|show TEXT` names, one for each alternative;
    nothing for code that is no command."""
    words = code.split()
    if len(words) < 2 or words[0] != "lacuna":
        return []
    names: list[list[str]] = []
    for word in words[1:]:
        if not _COMMAND_WORD.match(word):
            break
        names.append(word.split("|"))
    return [list(path) for path in product(*names)] if names else []


def unknown(command: Any, path: Iterable[str]) -> str:
    """The first word of a mentioned path that is no command where one is expected; empty if all are."""
    for word in path:
        children = getattr(command, "commands", None)
        if not children:
            return ""
        if word not in children:
            return word
        command = children[word]
    return ""


def _option(command: Any, name: str) -> Any:
    for parameter in command.params:
        if parameter.param_type_name == "option" and name in (*parameter.opts, *parameter.secondary_opts):
            return parameter
    return None
