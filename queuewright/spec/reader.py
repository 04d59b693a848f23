"""A tree of nodes to a Spec, noting every problem on the way."""

from __future__ import annotations

from queuewright import catalog
from queuewright.spec import answers as answers_
from queuewright.spec import names, vocabulary
from queuewright.spec import settings as settings_
from queuewright.spec.expect import Expect, kind, shown
from queuewright.spec.model import Answers, Spec, StackChoice, Workload
from queuewright.spec.nodes import Mapping, Node, Scalar
from queuewright.spec.problems import Problems
from queuewright.spec.quantities import ANSWERS as QUANTITIES
from queuewright.spec.quantities import duration
from queuewright.spec.suggest import did_you_mean, one_of

SPEC_KEYS = tuple(Spec.model_fields)
WORKLOAD_KEYS = tuple(Workload.model_fields)
STACK_KEYS = tuple(StackChoice.model_fields)
ANSWER_KEYS = frozenset([*Answers.model_fields, *QUANTITIES])
OUTER_KEYS = frozenset([*SPEC_KEYS, *WORKLOAD_KEYS]) - ANSWER_KEYS


class SpecReader:
    def __init__(self, problems: Problems, *, json_text: bool = False) -> None:
        self.problems = problems
        self.expect = Expect(problems, json_text)
        self.known_settings = catalog.load().settings

    def read(self, root: Node) -> Spec:
        """The Spec. Raises SpecError with all that was found."""
        if not isinstance(root, Mapping):
            self.problems.add(
                root, f"a spec is a mapping of keys to values, not {kind(root)}", "`qw init` writes one"
            )
            self.problems.stop_if_any()
        assert isinstance(root, Mapping)
        self._keys(root, SPEC_KEYS, "a spec")
        self._version(root)
        common = self._answers(root)
        languages = common.values.get("language", ("python",))
        name = self._name(root, languages)
        stack = self._stack(root, common)
        common_settings = self._settings(root, "project")
        workloads = self._workloads(root, common, common_settings, languages)
        accept = self._accept(root)
        self.problems.stop_if_any()
        return Spec(
            version=1,
            name=name,
            answers=common.answers(),
            stack=stack,
            workloads=tuple(workloads),
            settings=common_settings.values,
            accept=accept,
        )

    def _keys(self, mapping: Mapping, known: tuple[str, ...], what: str) -> None:
        for key, node in mapping:
            if key.text in known:
                continue
            if key.text == "workload" and "workloads" in known and not isinstance(node, Scalar):
                hint: str | None = "did you mean `workloads`?"
            elif key.text in ANSWER_KEYS:
                hint = "move it under `answers:`"
            elif key.text in STACK_KEYS:
                hint = "move it under `stack:`"
            elif key.text in self.known_settings:
                hint = "move it under `settings:`"
            else:
                hint = did_you_mean(key.text, known, f"{what} has {', '.join(known)}")
            self.problems.add(key, f"unknown key `{shown(key.text)}`", hint)

    def _version(self, root: Mapping) -> None:
        node = root.get("version")
        if node is None:
            self.problems.add(root, "`version` is missing", "add `version: 1`")
        else:
            version = self.expect.number(node, "`version`", whole=True)
            if version is not None and version != 1:
                hint = "install the queuewright that wrote it" if version > 1 else "write `version: 1`"
                self.problems.add(node, f"version {version} of the spec is not known here", hint)

    def _name(self, mapping: Mapping, languages: tuple[str, ...], *, workload: bool = False) -> str:
        node = mapping.get("name")
        if node is None:
            self.problems.add(
                mapping, "`name` is missing", "add `name: requests`" if workload else "add `name: mailroom`"
            )
            return ""
        name = self.expect.text(node, "`name`")
        if name is None:
            return ""
        judge = names.workload_problem if workload else names.project_problem
        problem = judge(name, languages)
        if problem:
            better = names.suggestion(name, lambda made: judge(made, languages) is None)
            self.problems.add(node, problem, f"for instance `{better}`")
        return name

    def _answers(self, mapping: Mapping) -> answers_.ReadAnswers:
        node = mapping.get("answers")
        inner = self.expect.mapping(node, "`answers`") if node is not None else None
        return answers_.read_answers(inner, self.expect, OUTER_KEYS) if inner else answers_.ReadAnswers()

    def _settings(self, mapping: Mapping, scope: str) -> settings_.ReadSettings:
        node = mapping.get("settings")
        inner = self.expect.mapping(node, "`settings`") if node is not None else None
        if inner is None:
            return settings_.ReadSettings()
        return settings_.read_settings(inner, scope, self.known_settings, self.expect)

    def _stack(self, root: Mapping, common: answers_.ReadAnswers) -> StackChoice | None:
        node = root.get("stack")
        mapping = self.expect.mapping(node, "`stack`") if node is not None else None
        if mapping is None or not mapping.entries:
            return None
        self._keys(mapping, STACK_KEYS, "a stack")
        chosen = {
            key: self._part(mapping, key, known)
            for key, known in (("broker", vocabulary.brokers()), ("worker", vocabulary.workers()))
        }
        broker, worker = chosen["broker"], chosen["worker"]
        if not broker or not worker:
            return None
        for key, part in chosen.items():
            if part in common.values.get("excluded", ()):
                self.problems.add(
                    mapping.get(key),
                    f"`{part}` is in `excluded`",
                    "take it out there, or choose another stack",
                )
        variant = self._variant(mapping, broker, worker)
        return StackChoice(broker=broker, worker=worker, variant=variant)

    def _part(self, mapping: Mapping, key: str, known: tuple[str, ...]) -> str | None:
        node = mapping.get(key)
        if node is None:
            self.problems.add(mapping, f"`stack` has no `{key}`", f"{one_of(known)}")
            return None
        return self.expect.choice(node, f"`{key}`", known)

    def _variant(self, mapping: Mapping, broker: str, worker: str) -> str | None:
        pairing = catalog.load().pairing(broker, worker)
        if pairing is None:
            where = mapping.get("worker")
            self.problems.add(
                where, f"{worker} does not work on {broker}", "`qw list` shows what goes together"
            )
            return None
        node = mapping.get("variant")
        if node is None:
            return None
        return self.expect.choice(node, "`variant`", tuple(pairing.variants))

    def _workloads(
        self,
        root: Mapping,
        common: answers_.ReadAnswers,
        common_settings: settings_.ReadSettings,
        languages: tuple[str, ...],
    ) -> list[Workload]:
        node = root.get("workloads")
        if node is None:
            self.problems.add(root, "`workloads` is missing", "add one: `workloads: [{name: requests}]`")
            return []
        items = self.expect.sequence(node, "`workloads`")
        if items is not None and not items:
            self.problems.add(node, "`workloads` is empty", "add one: `- name: requests`")
        seen: dict[str, Node] = {}
        workloads = []
        for item in items or []:
            workload = self._workload(item, common, common_settings, languages)
            if workload is None:
                continue
            if workload.name in seen:
                line = seen[workload.name].line
                where = item.get("name") if isinstance(item, Mapping) else item
                self.problems.add(
                    where,
                    f"a workload `{workload.name}` is there already, on line {line}",
                    "rename one of them",
                )
            seen.setdefault(workload.name, item)
            workloads.append(workload)
        return workloads

    def _workload(
        self,
        item: Node,
        common: answers_.ReadAnswers,
        common_settings: settings_.ReadSettings,
        languages: tuple[str, ...],
    ) -> Workload | None:
        mapping = self.expect.mapping(item, "a workload")
        if mapping is None:
            return None
        self._keys(mapping, WORKLOAD_KEYS, "a workload")
        name = self._name(mapping, languages, workload=True)
        own = self._answers(mapping)
        answers_.contradictions(own, common, self.expect)
        own_settings = self._settings(mapping, "workload")
        settings_.contradictions(own_settings, common_settings, self.expect)
        self._killed(own, common, own_settings, common_settings)
        return Workload.model_construct(name=name, answers=own.answers(), settings=own_settings.values)

    def _killed(
        self,
        own: answers_.ReadAnswers,
        common: answers_.ReadAnswers,
        own_settings: settings_.ReadSettings,
        common_settings: settings_.ReadSettings,
    ) -> None:
        """Notes a time limit that would kill tasks which the answers call normal."""
        longest = own.values.get("task_max_s", common.values.get("task_max_s"))
        limit = own_settings.values.get("time_limit", common_settings.values.get("time_limit"))
        if longest is None or limit is None or limit >= longest:
            return
        where = (
            own_settings.where.get("time_limit")
            or own.where.get("task_max_s")
            or common_settings.where["time_limit"]
        )
        message = f"`time_limit` ({duration.format(limit)}) would kill the longest tasks (`task_max`: {duration.format(longest)})"
        self.problems.add(
            where, message, "raise `time_limit`, or lower `task_max` if longer tasks are to be killed"
        )

    def _accept(self, root: Mapping) -> tuple[str, ...]:
        node = root.get("accept")
        if node is None:
            return ()
        items = self.expect.sequence(node, "`accept`") or []
        texts = [self.expect.text(item, "`accept`") for item in items]
        return tuple(dict.fromkeys(text for text in texts if text))
