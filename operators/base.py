"""What all operators have in common: their config, form, result and errors."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any, ClassVar

import fiftyone.operators as foo
import fiftyone.operators.types as types

from fiftyone_milvus.errors import VectorSearchError
from fiftyone_milvus.store import redaction

from ..app import input_descriptions, jobs, long_jobs, tables, threads
from ..app.context import check_params, connection, in_words


class Operator(foo.Operator):
    """An operator: a subclass says what it is in class attributes, asks in
    :meth:`add_inputs` and works in :meth:`run`.

    Attributes:
        name: its name in ``fiftyone.yml``
        label: its name for people
        description: what it does, in a line
        returns: what its result has, with units and limits, in a line: a program that
            runs operators reads no more than these two and the inputs' descriptions
        icon: of Material Icons
        risk: the most that it may do, as FiftyOne's own operators have it: low if it
            only reads, and keeps its own history; medium if it adds to a dataset, to
            Milvus or to files, or changes them; high if it deletes
        columns: the titles of the columns of the result's ``table``, if it has one
        streams: whether it shows its progress in the operator browser
    """

    name: ClassVar[str]
    label: ClassVar[str]
    description: ClassVar[str]
    returns: ClassVar[str]
    icon: ClassVar[str]
    risk: ClassVar[types.RiskLevel]
    columns: ClassVar[Mapping[str, str]] = {}
    streams: ClassVar[bool] = False

    @property
    def config(self) -> foo.OperatorConfig:
        return foo.OperatorConfig(
            name=self.name,
            label=f"Milvus: {self.label}",
            description=f"{self.description}. {self.returns}.",
            icon=self.icon,
            dynamic=True,
            execute_as_generator=self.streams,
            allow_immediate_execution=True,
            allow_delegated_execution=True,
            view_target=False,
            risk_level=self.risk,
        )

    def add_inputs(self, ctx: foo.ExecutionContext, inputs: types.Object) -> None:
        """Adds the form's inputs. The App asks for them at every key press, while all
        its users wait: nothing here may ask a server."""

    def run(self, ctx: foo.ExecutionContext) -> Any:
        """Does the work.

        Returns:
            plain data; its ``message`` is a sentence that says what was done
        """
        raise NotImplementedError

    def add_outputs(self, ctx: foo.ExecutionContext, outputs: types.Object) -> None:
        """Adds what the App shows of the result."""
        outputs.str("message", label="Result")
        if ctx.results.get("table"):
            tables.output(outputs, "table", self.columns)

    def resolve_input(self, ctx: foo.ExecutionContext) -> types.Property:
        check_params(ctx)
        inputs = types.Object()
        with connection(ctx):
            self.add_inputs(ctx, inputs)
        input_descriptions.add(self.name, inputs)
        return types.Property(inputs, view=types.View(label=self.label))

    async def execute(self, ctx: foo.ExecutionContext) -> Any:
        return await threads.run(self.answer, ctx)

    def answer(self, ctx: foo.ExecutionContext) -> Any:
        """Runs the operator, connected as its context says. FiftyOne stores and shows
        the whole traceback of an error, so our own come without their causes, and
        others without the secrets that are configured."""
        with connection(ctx):
            try:
                check_params(ctx)
                return self.run(ctx)
            except VectorSearchError as e:
                raise type(e)(str(e)) from None
            except Exception as e:
                whole = "".join(traceback.format_exception(e))
                if redaction.without_known_secrets(whole) == whole:
                    raise
                raise VectorSearchError(in_words(e)) from None

    def resolve_output(self, ctx: foo.ExecutionContext) -> types.Property:
        outputs = types.Object()
        self.add_outputs(ctx, outputs)
        return types.Property(outputs, view=types.View(label=self.label))


class LongOperator(Operator):
    """An operator that works on an index for long: a job, whose progress is shown
    wherever it runs.

    Attributes:
        can_pause: whether it goes on where it was when it is started again
    """

    streams = True
    can_pause: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        jobs.KINDS[cls.name] = jobs.JobKind(cls.label, cls.can_pause)

    def work(self, ctx: foo.ExecutionContext) -> long_jobs.Work:
        """Checks the params, and returns the work to do with them."""
        raise NotImplementedError

    def run(self, ctx: foo.ExecutionContext) -> Any:
        work = self.work(ctx)
        return long_jobs.run(ctx, ctx.params["brain_key"], work)
