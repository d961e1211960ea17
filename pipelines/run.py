"""One run, stage by stage: land, read, door, build, audit, verify, publish. Dagster only wraps what stands here.

A run that fails or dies leaves the standing release as it is; what it left behind is cleared by the next one.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property

from pipelines.areas import build_areas
from pipelines.basis import as_of, basis_now, code_version, is_of_invented_people, months_of, place_of
from pipelines.checking.comparison import COMPARISON, fill_comparison
from pipelines.clearing import clear_leftovers, forget, remove_build
from pipelines.contracts import Contract, Text, load_contracts
from pipelines.errors import ToldError
from pipelines.gates.door import Extract, door_gate
from pipelines.gates.models import bridge_gate, dbt_gate, model_row_counts
from pipelines.gates.reconcile import conservation_gate, control_totals_gate
from pipelines.gates.result import GateResult
from pipelines.gates.space import space_gate
from pipelines.gates.suites import warm_up
from pipelines.landing import LandResult, land, landed_receipts
from pipelines.landing.landing import is_read
from pipelines.landing.tally import told
from pipelines.meaning.leads import write_leads
from pipelines.modelling.bronze import Bronze
from pipelines.modelling.build import Build, build
from pipelines.modelling.cards import cards_of
from pipelines.modelling.carrying import Kept, write_kept
from pipelines.modelling.nodes import NodeResult
from pipelines.publishing.fingerprint import TableFingerprint
from pipelines.publishing.lease import Lease, take_lease
from pipelines.publishing.manifest import InputReceipt, Place
from pipelines.publishing.publish import Publication, ReleaseFacts, publish, verify_build
from pipelines.publishing.releases import inputs_of_release
from pipelines.publishing.standing import Standing, standing_release, write_standing
from pipelines.publishing.status import LastRun, RunState, Status, write_status
from pipelines.publishing.tables import require_equal
from pipelines.publishing.trust import data_light, late_departments, sent_again_with_less
from pipelines.reading import BronzeInput, FileLedger, current_inputs, keep_verdicts, ledgers, read_pending
from pipelines.reading.pool import READER_FAILED
from pipelines.reporting import STAGE_NAMES, current_status, gate_line, leftovers_gate, new_run_id, unread_files
from pipelines.settings import Settings

Progress = Callable[[int, int, str], None]
STAGES = ("land", "read", "door", "build", "audit", "verify", "publish")
_READ = STAGES.index("read")


class GateFailedError(RuntimeError):
    """A gate did not pass: nothing is published."""


class NothingToPublishError(ToldError):
    """No delivery has been accepted yet."""


@dataclass(frozen=True)
class RunResult:
    """How a run ended."""

    run_id: str
    state: RunState
    release_id: str | None
    message: Text
    gates: list[GateResult]
    seconds: dict[str, float]


@dataclass
class Run:
    """A run that holds the lease; the stages are called in the order of ``STAGES``."""

    settings: Settings
    lease: Lease
    wanted_period: str | None = None
    read_everything: bool = False
    progress: Progress | None = None
    stage: str = "start"
    message: Text | None = None
    state: RunState = "running"
    release_id: str | None = None
    gates: list[GateResult] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    came: list[LandResult] = field(default_factory=list)
    read_now: list[FileLedger] = field(default_factory=list)
    built: Build | None = None
    row_counts: dict[str, int] = field(default_factory=dict)
    fingerprints: dict[str, TableFingerprint] | None = None
    basis: str | None = None
    standing: Standing | None = None
    # The last status with what it says of files; None when that has to be looked at anew.
    _files: Status | None = field(default=None, init=False, repr=False)

    @cached_property
    def contracts(self) -> dict[str, Contract]:
        """The contracts, read once a run."""
        return load_contracts(self.settings.contracts_dir)

    @cached_property
    def place(self) -> Place:
        """What this installation is about."""
        return place_of(self.settings)

    @contextmanager
    def _in_stage(self, stage: str) -> Iterator[None]:
        """Time a stage, show it in the status, and keep the reason when it fails."""
        self.stage = stage
        self.write_status()
        self._show(STAGE_NAMES[stage].en)
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = round(time.perf_counter() - started, 2)
            if (error := sys.exception()) is not None:
                self._fail(error)

    def _fail(self, error: BaseException) -> None:
        """Our own errors explain themselves; of others only the kind is shown, their text may quote a row."""
        self.state = "failed"
        place = STAGE_NAMES[self.stage]
        is_ours = type(error).__module__.startswith("pipelines.") or isinstance(error, OSError)
        reason = str(error) if is_ours else f"{type(error).__name__}"
        blocking = [gate for gate in self.gates if gate.is_blocking]
        reason_zh = error.zh if isinstance(error, ToldError) else reason
        reason_zh = "；".join(gate.zh for gate in blocking) if blocking else reason_zh
        self.message = Text(
            zh=f"运行在“{place.zh}”阶段停止，原发布版本保持不变。{reason_zh}",
            en=f"The run stopped while {place.en}; the standing release is unchanged. {reason}",
        )

    def _show(self, text: str) -> None:
        """Where the run is, for work without a known length."""
        if self.progress is not None:
            self.progress(0, 0, text)

    def intake(self) -> None:
        """Land what lies complete in the inbox, read what has not been read, check it at the door.

        When the standing release was made from just this, what its gates said stands, and nothing is checked again.
        Raises GateFailedError when a delivery or the disk does not pass.
        """
        with self._in_stage("land"):
            self._gate([space_gate(self.settings.data_dir, self.settings.bronze_dir, self.settings.minimum_free_mb)])
            if not self.settings.areas_file.is_file():
                build_areas(self.settings)
            self.came = land(None, self.settings, progress=self.progress)
            self._files = None if self.came else self._files
        with self._in_stage("read"):
            if self.read_everything:
                forget(self.settings, landed_receipts(self.settings), self.lease.run_id)
            landed = landed_receipts(self.settings)
            # The reading processes leave this one idle: what the door needs is loaded meanwhile.
            loading = warm_up() if any(not is_read(self.settings, one) for one in landed) else None
            self.read_now = read_pending(self.settings, progress=self.progress)
            if loading is not None:
                loading.join()
            self._files = None if self.read_now else self._files
        with self._in_stage("door"):
            inputs, judged = current_inputs(self.settings), ledgers(self.settings)
            keep_verdicts(self.settings)
            if inputs:  # a month that there is not is refused here, before minutes of checks
                self._as_of(inputs)
            self.basis = basis_now(self.settings, self.wanted_period, inputs, judged)
            if self.basis is not None and not self.read_everything:
                self.standing = standing_release(self.settings, self.basis)
            if self.standing is not None:
                self._gate(list(self.standing.gates))
                return
            by_receipt = {ledger.receipt_id: ledger for ledger in judged}
            write_leads(self.settings, self.contracts, inputs)
            self._files = None
            extracts = [_extract(one, by_receipt[one.receipt_id]) for one in inputs]
            self._gate(
                [
                    conservation_gate(self.contracts, judged, inputs),
                    control_totals_gate(judged, inputs),
                    door_gate(self.contracts, extracts, self.progress),
                ]
            )

    def _as_of(self, inputs: list[BronzeInput]) -> str:
        """The month that the figures speak about; raises UnknownMonthError for one that cannot be had."""
        return as_of(self.wanted_period, [one.period for one in inputs], months_of(inputs, self.contracts))

    def build(self) -> list[NodeResult]:
        """Build all models into a new file; returns what each node said. Raises NothingToPublishError, DbtError.

        When nothing has changed, nothing is built: the nodes are those of the standing release.
        """
        if self.standing is not None:
            return list(self.standing.nodes)
        with self._in_stage("build"):
            inputs = current_inputs(self.settings)
            if not inputs:
                raise NothingToPublishError(
                    f"尚未采用任何资料：请把文件放入 {self.settings.inbox_dir}，然后重新运行。",
                    f"No delivery has been accepted yet: drop files into {self.settings.inbox_dir} and run again.",
                )
            self.bronze = Bronze(
                contracts=self.contracts,
                inputs=inputs,
                ledgers=ledgers(self.settings),
                areas_file=self.settings.areas_file,
                bronze_dir=self.settings.bronze_dir,
                as_of_period=self._as_of(inputs),
            )
            built = build(
                self.settings, self.bronze, self.lease.run_id, in_full=self.read_everything, progress=self.progress
            )
            if fill_comparison(self.settings, built.build_file, is_synthetic=is_of_invented_people(self.settings)):
                # It was filled anew, whatever the release before holds.
                built = replace(built, standing=built.standing - {COMPARISON})
            self.built = built
        return self.built.nodes

    def audit(self) -> None:
        """Dbt's results and the bridges; raises GateFailedError."""
        if self.standing is not None:
            return
        with self._in_stage("audit"):
            built = self._built()
            before = built.kept.row_counts if built.kept is not None else {}
            self.row_counts = before | model_row_counts(built.build_file)
            self._gate([dbt_gate(built.nodes, self.row_counts), bridge_gate(built.build_file)])

    def verify(self) -> None:
        """Close the build file and read it back in another process; raises ReleaseError, FingerprintError."""
        if self.standing is not None:
            return
        with self._in_stage("verify"):
            built = self._built()
            self.fingerprints = verify_build(built.build_file, built.known)
            require_equal(
                {name: built.known[name] for name in built.standing},
                {name: self.fingerprints[name] for name in built.standing},
                self.settings.marts_dir,
            )

    def publish(self) -> Publication:
        """Write the release and swap the pointer; raises what ``publishing.publish`` raises."""
        if self.standing is not None:
            return self._leave(self.standing)
        with self._in_stage("publish"):
            before = inputs_of_release(self.settings)
            built = self._built()
            if self.fingerprints is None:
                raise GateFailedError("This run has not verified its build: run the whole job, `xianqing run`.")
            sha256 = {one.receipt_id: one.sha256 for one in landed_receipts(self.settings)}
            facts = ReleaseFacts(
                as_of_period=self.bronze.as_of_period,
                place=self.place,
                is_synthetic=is_of_invented_people(self.settings),
                code_version=code_version(),
                inputs=[
                    InputReceipt(receipt_id=one.receipt_id, sha256=sha256[one.receipt_id]) for one in self.bronze.inputs
                ],
                late_departments=late_departments(self.bronze),
                data_light=data_light(self.bronze, self.gates, self.settings.unexpected_feeds),
            )
            cards = cards_of(built.manifest_file)
            publication = publish(
                self.settings,
                self.lease,
                built.build_file,
                cards=cards,
                facts=facts,
                fingerprints=self.fingerprints,
            )
            self._record(publication, built.nodes)
        self.release_id = publication.release_id
        if publication.problems:
            self.gates.append(leftovers_gate(publication.problems))
        if publication.is_new:
            self.state = "published"
            self.message = Text(zh=f"已发布 {self.release_id}", en=f"Published {self.release_id}.")
            if not publication.has_new_figures:
                self.message = Text(
                    zh=f"{self.message.zh}：指标没有变化，只更新了报送情况（到齐、拒收、疑点）",
                    en=f"{self.message.en} No figure changed: only the account of deliveries did.",
                )
        else:
            self.state = "nothing_new"
            self.message = Text(
                zh=f"内容与 {self.release_id} 相同，没有新版本",
                en=f"The content equals that of {self.release_id}: no new release.",
            )
        self._tell_of_files()
        self._tell_of_later_files()
        new = {one.receipt_id for one in self.bronze.inputs} - before
        for one in sent_again_with_less(self.bronze, new):
            self._add(one.zh, f"{one.en}.")
        return publication

    def _tell_of_files(self) -> None:
        """Add to how the run ended what became of the files that lay in the inbox."""
        judged = ledgers(self.settings)
        failed_on = [one.receipt_id for one in judged if one.reason_code == READER_FAILED]
        verdicts = {one.receipt_id: one.verdict for one in judged}
        if (files := told(self.came, verdicts | dict.fromkeys(failed_on, "not_read"))) is not None:
            self._add(files.zh, f"{files.en}.")
        self._tell_of_unread_files()

    def _tell_of_unread_files(self) -> None:
        """Add to how the run ended which files our reader failed on."""
        if failed := sum(one.feed in self.contracts for one in unread_files(self.settings)):
            count = f"{failed} file{'' if failed == 1 else 's'}"
            self._add(
                f"有 {failed} 份文件是我们的读取程序没有读成，不是部门的问题，下次运行会再读，办法写在各文件的说明里",
                f"Our reader failed on {count}, no fault of the sender: the next run reads again, what to do stands "
                "with each file.",
            )

    def _tell_of_later_files(self) -> None:
        """Add to how the run ended which accepted files stand under a later period than the figures speak about."""
        month = self.bronze.as_of_period
        if count := sum(one.period > month for one in self.bronze.inputs):
            files = f"{count} accepted file{' stands' if count == 1 else 's stand'}"
            self._add(f"另有 {count} 份已采用的文件归在 {month} 以后的期间", f"{files} under a period after {month}.")

    def _add(self, zh: str, en: str) -> None:
        """One more sentence to how the run ended."""
        if self.message is not None:
            self.message = Text(zh=f"{self.message.zh.rstrip('。')}；{zh}", en=f"{self.message.en.rstrip('.')}. {en}")

    def _record(self, publication: Publication, nodes: list[NodeResult]) -> None:
        """Keep what the release that readers now have was made from, for the next run."""
        if self.built is not None and self.built.bases is not None and self.fingerprints is not None:
            kept = Kept(
                release_id=publication.release_id,
                bases=self.built.bases,
                nodes={node.unique_id: node for node in nodes},
                row_counts=self.row_counts,
                fingerprints=self.fingerprints,
            )
            write_kept(self.settings, kept)
        if self.basis is None:
            return
        standing = Standing(
            basis=self.basis,
            release_id=publication.release_id,
            content_hash=publication.content_hash,
            run_id=self.lease.run_id,
            gates=tuple(gate for gate in self.gates if gate.name != "space"),
            nodes=tuple(nodes),
        )
        write_standing(self.settings, standing)

    def _leave(self, standing: Standing) -> Publication:
        """The standing release stays: it was made from what lies here now."""
        self.release_id = standing.release_id
        self.state = "nothing_new"
        self.message = Text(
            zh=f"自 {standing.release_id} 以来没有变化，无需重新建模，各项检查结果沿用该版本",
            en=f"Nothing has changed since {standing.release_id}: nothing was built, its checks stand.",
        )
        self._tell_of_files()
        return Publication(standing.release_id, is_new=False, content_hash=standing.content_hash)

    def _built(self) -> Build:
        if self.built is None:
            raise GateFailedError("This run has not built anything: run the whole job, `xianqing run`.")
        return self.built

    def _gate(self, results: list[GateResult]) -> None:
        self.gates += results
        if blocking := [gate for gate in results if gate.is_blocking]:
            raise GateFailedError(" ".join(gate.en for gate in blocking))

    def result(self) -> RunResult:
        """How the run stands."""
        message = self.message or Text(zh="进行中", en="Running.")
        return RunResult(self.lease.run_id, self.state, self.release_id, message, self.gates, self.seconds)

    def write_status(self) -> None:
        """Put the run's state where dashboards see it."""
        is_over = self.state != "running"
        last_run = LastRun(
            run_id=self.lease.run_id,
            state=self.state,
            started_at=self.lease.started_at,
            ended_at=datetime.now(UTC) if is_over else None,
            stage=self.stage,
            message=self.message or STAGE_NAMES[self.stage],
            gates=[gate_line(gate) for gate in self.gates],
            release_id=self.release_id,
            seconds=self.seconds,
        )
        if self._files is None or is_over:
            self._files = current_status(self.settings, last_run)
        write_status(self.settings, self._files.model_copy(update={"last_run": last_run}))

    def close(self) -> None:
        """Write the final status; the build file of a failed run stays for a look inside, until the next run starts."""
        if self.state == "running":
            self.state = "failed"
            place = STAGE_NAMES[self.stage]
            self.message = Text(
                zh=f"运行在“{place.zh}”阶段后中断，原发布版本保持不变，请重新运行",
                en=f"The run ended after {place.en} without publishing; the standing release is unchanged. Run again.",
            )
        if self.state == "failed" and self.stage in STAGES[_READ + 1 :]:
            self._tell_of_unread_files()
        self.write_status()
        if self.state != "failed":
            remove_build(self.settings, self.lease.run_id)


def _extract(one: BronzeInput, ledger: FileLedger) -> Extract:
    return Extract(one.receipt_id, one.feed, one.accepted_path, ledger.accepted_count, ledger.content_hash or "")


@contextmanager
def start_run(
    settings: Settings,
    *,
    as_of_period: str | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> Iterator[Run]:
    """Take the lease, clear what killed runs left, and end with a final status whatever happens.

    Raises LeaseHeldError when another run is going on.
    """
    with take_lease(settings.state_dir, new_run_id(datetime.now(UTC))) as lease:
        clear_leftovers(settings, lease)
        run = Run(settings, lease, as_of_period, full, progress)
        try:
            yield run
        finally:
            run.close()


def run_pipeline(
    settings: Settings,
    *,
    as_of_period: str | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> RunResult:
    """The whole run without Dagster: the stages in order.

    ``as_of_period`` ('YYYY-MM') defaults to the newest month accepted (``basis.as_of``); ``full`` reads every landed
    file again.
    Raises LeaseHeldError, GateFailedError, NothingToPublishError, ReleaseError; the standing release stays each time.
    """
    with start_run(settings, as_of_period=as_of_period, full=full, progress=progress) as run:
        run.intake()
        run.build()
        run.audit()
        run.verify()
        run.publish()
    return run.result()
