"""Files of contacts over HTTP: uploaded, looked at and imported then, or imported at once; and downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, delete, get, patch, post
from litestar.datastructures import UploadFile
from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.params import JSONBody, QueryParameter
from msgspec import UNSET, Struct, UnsetType

from phonebook_core.contact import MAX_TEXT as MAX_GROUP
from phonebook_core.errors import Invalid
from phonebook_core.formats import ColumnMapping
from phonebook_core.formats.reading import MAX_BYTES
from phonebook_core.importing import OnMatch
from phonebook_core.search_terms import MAX_TEXT
from phonebook_server import problems
from phonebook_server.checks import BODY_OPTIONAL
from phonebook_server.contacts import exporting, uploads
from phonebook_server.contacts.attachments import Attachment, disposition
from phonebook_server.contacts.exporting import ExportFormat
from phonebook_server.contacts.importing import ImportOptions, ImportReport, import_file
from phonebook_server.contacts.previews import ImportPreview
from phonebook_server.contacts.search import Query
from phonebook_server.contacts.uploads import UploadChange
from phonebook_server.handling import Asker, Id, TheServer
from phonebook_server.jobs.routes import JobView, TheJobs, view
from phonebook_server.jobs.running import Job

_FORM_OVERHEAD: Final = 64 * 1024


class CommitInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A last word on how to import; what is absent stays as it was previewed. `as_job`: in the background."""

    mapping: ColumnMapping | UnsetType = UNSET
    on_match: OnMatch | UnsetType = UNSET
    as_job: bool = False


def answer_too_large(_: Request[Any, Any, Any], __: Exception) -> Response[bytes]:
    """413 with what to do, in place of the general sentence."""
    details = problems.ProblemDetails(
        type="urn:phonebook:problem:too_large",
        title=problems.TITLES[413],
        status=413,
        detail=f"The file is larger than {MAX_BYTES // 1024**2} MiB. Split it and import one part after the other.",
        code="too_large",
    )
    return Response(msgspec.json.encode(details), status_code=413, media_type=problems.MEDIA_TYPE)


@dataclass
class ImportOperation(Operation):
    """The multipart body for the API's documentation, as the handler reads it by itself."""

    def __post_init__(self) -> None:
        def text(description: str) -> Schema:
            return Schema(type=OpenAPIType.STRING, description=description)

        file = Schema(
            type=OpenAPIType.STRING,
            format=OpenAPIFormat.BINARY,
            description="CSV, XLSX, vCard, JSON, or a phonebook XML; at most 10 MiB.",
        )
        properties = {
            "file": file,
            "encoding": text("What the file is written in."),
            "delimiter": text("What separates the columns of a CSV file."),
            "sheet": text("Which sheet of a workbook."),
            "has_header": text("`true` or `false`: whether the first row names the columns."),
            "mapping": text('Which column holds what, as JSON: {"columns": [{"header", "field", "label"}]}.'),
            "on_match": text("`update`, `keep`, `replace` or `skip` contacts that are there already."),
            "repair": text("`true`: take numbers that a spreadsheet damaged as they were, where that is certain."),
        }
        schema = Schema(type=OpenAPIType.OBJECT, properties=properties, required=["file"])  # type: ignore[arg-type]
        self.request_body = RequestBody(required=True, content={"multipart/form-data": OpenAPIMediaType(schema=schema)})


@post(
    "/phonebooks/{phonebook_id:str}/imports",
    operation_id="import_contacts",
    summary="Upload a file of contacts and say what importing it would do",
    operation_class=ImportOperation,
    status_code=201,
    request_max_body_size=MAX_BYTES + _FORM_OVERHEAD,
    exception_handlers={RequestEntityTooLarge: answer_too_large},
    responses={200: ResponseSpec(ImportReport, description="With `commit=true`.", generate_examples=False)},
)
async def import_contacts(
    request: Request[Any, Any, Any],
    server: TheServer,
    principal: Asker,
    phonebook_id: Id,
    commit: Annotated[bool, QueryParameter(description="Import the file at once, without a look at it first.")] = False,
) -> Response[ImportPreview]:
    """Nothing is imported yet: the answer says how the file was read and what would happen. Commit it then.

    With `commit=true` all good rows are imported at once: the answer (200) counts them and says what is wrong with the
    others.
    """
    upload, texts = await _read_form(request)
    data = await upload.read()
    if len(data) > MAX_BYTES:
        raise RequestEntityTooLarge
    options = _read_options(texts)
    if commit:
        report: Any = await import_file(server, principal, phonebook_id, data, upload.filename, options)
        return Response(report, status_code=200)
    made = await uploads.upload_file(server, principal, phonebook_id, data, upload.filename, options)
    return Response(made, headers={"Location": f"/api/v1/phonebooks/{phonebook_id}/imports/{made.id}"})


@get("/phonebooks/{phonebook_id:str}/imports/{import_id:str}", operation_id="get_import", summary="Preview an import")
async def get_import(server: TheServer, principal: Asker, phonebook_id: Id, import_id: Id) -> ImportPreview:
    """What importing an uploaded file would do to the phonebook as it is now."""
    return await uploads.get_upload(server, principal, phonebook_id, import_id)


@patch(
    "/phonebooks/{phonebook_id:str}/imports/{import_id:str}",
    operation_id="change_import",
    summary="Change how a file is to be imported",
)
async def change_import(
    server: TheServer, principal: Asker, phonebook_id: Id, import_id: Id, data: JSONBody[UploadChange]
) -> ImportPreview:
    """Set which column holds what, how the file is read, what happens to contacts that are there; and preview again."""
    return await uploads.change_upload(server, principal, phonebook_id, import_id, data)


@get(
    "/phonebooks/{phonebook_id:str}/imports/{import_id:str}/rejected",
    operation_id="get_rejected_rows",
    summary="Download the rows that cannot be imported",
    media_type="application/octet-stream",
)
async def get_rejected_rows(server: TheServer, principal: Asker, phonebook_id: Id, import_id: Id) -> Response[bytes]:
    """Each with its reason, as a file to be mended and imported again."""
    return _download(await uploads.write_rejected(server, principal, phonebook_id, import_id))


@post(
    "/phonebooks/{phonebook_id:str}/imports/{import_id:str}/commit",
    operation_id="commit_import",
    summary="Import an uploaded file",
    status_code=200,
    opt={BODY_OPTIONAL: True},
    responses={202: ResponseSpec(JobView, description="With `as_job`; ask at its `url`.", generate_examples=False)},
)
async def commit_import(
    server: TheServer,
    principal: Asker,
    jobs: TheJobs,
    phonebook_id: Id,
    import_id: Id,
    data: JSONBody[CommitInput | None] = None,
) -> Response[ImportReport]:
    """All good rows as one unit that `undo` undoes. Asked again, it answers the same and does nothing more.

    The counts are of the phonebook as it is then. The body may be left out.
    """
    input = data or CommitInput()
    commit = partial(
        uploads.commit_upload,
        server,
        principal,
        phonebook_id,
        import_id,
        mapping=input.mapping,
        on_match=input.on_match,
    )
    if not input.as_job:
        return Response(await commit())
    rows = (await uploads.get_upload(server, principal, phonebook_id, import_id)).read

    async def work(job: Job) -> ImportReport:
        return await commit(progress=job.step)

    started: Any = view(jobs.start(principal, "import", rows, work))
    return Response(started, status_code=202, headers={"Location": started.url})


@delete(
    "/phonebooks/{phonebook_id:str}/imports/{import_id:str}",
    operation_id="cancel_import",
    summary="Forget an uploaded file",
)
async def cancel_import(server: TheServer, principal: Asker, phonebook_id: Id, import_id: Id) -> None:
    """The file is forgotten; what was imported of it stays."""
    await uploads.cancel_upload(server, principal, phonebook_id, import_id)


@get(
    "/phonebooks/{phonebook_id:str}/export",
    operation_id="export_contacts",
    summary="Download contacts as a file",
    media_type="application/octet-stream",
)
async def export_contacts(
    server: TheServer,
    principal: Asker,
    phonebook_id: Id,
    format: Annotated[
        ExportFormat, QueryParameter(description="csv, xlsx, vcard3, vcard4 or json.")
    ] = ExportFormat.CSV,
    search: Annotated[str, QueryParameter(max_length=MAX_TEXT, description="Only what this finds.")] = "",
    group: Annotated[str, QueryParameter(max_length=MAX_GROUP, description="Only this group, by its exact name.")] = "",
    own: Annotated[bool, QueryParameter(description="Leave out contacts of included phonebooks.")] = False,
) -> Response[bytes]:
    """The contacts as the list shows them, by name: all, or those that a search finds. Nothing of them is lost."""
    query = Query(text=search, group=group)
    made = await exporting.export_contacts(server, principal, phonebook_id, format, query=query, included=not own)
    return _download(made)


handlers: Final = (
    import_contacts,
    get_import,
    change_import,
    get_rejected_rows,
    commit_import,
    cancel_import,
    export_contacts,
)


def _download(file: Attachment) -> Response[bytes]:
    headers = {"Content-Disposition": disposition(file.filename), "Cache-Control": "no-store"}
    return Response(file.content, media_type=file.media_type, headers=headers)


def _read_options(texts: dict[str, str]) -> ImportOptions:
    """The options among the texts of a form; empty ones and others do not count."""
    given: dict[str, Any] = {name: texts[name] for name in ImportOptions.__struct_fields__ if texts.get(name)}
    for name, value in given.items():
        try:
            if name == "mapping":
                given[name] = msgspec.json.decode(value, type=ColumnMapping)
            else:
                msgspec.convert({name: value}, ImportOptions, strict=False)
        except (msgspec.DecodeError, ValueError, RecursionError):
            raise Invalid(_HINTS.get(name, "This value cannot be used. Leave it out."), field=name) from None
    return msgspec.convert(given, ImportOptions, strict=False)


_HINTS: Final = {
    "mapping": 'The mapping must be JSON as {"columns": [{"field": "display_name"}, {"field": "number"}]}.',
    "on_match": "Choose one of update, keep, replace, skip.",
    "has_header": "Send true or false.",
    "repair": "Send true or false.",
}


async def _read_form(request: Request[Any, Any, Any]) -> tuple[UploadFile, dict[str, str]]:
    """The one file of a multipart form, whatever the part is called, and the texts beside it."""
    try:
        parts: list[tuple[str, Any]] = list((await request.form()).multi_items())
    except RequestEntityTooLarge:
        raise
    except (ClientException, ValueError, LookupError):  # also a part in a charset that there is not
        raise Invalid(
            "The body cannot be read as multipart/form-data. Send the file as the part `file`, with its name.",
            code="invalid_form",
        ) from None
    files = [(name, part) for name, part in parts if isinstance(part, UploadFile)]
    named = [part for name, part in files if name == "file"] or [part for _, part in files]
    if len(named) != 1:
        found = "no file" if not named else f"{len(named)} files"
        raise Invalid(
            f"The request has {found}. Send one, as multipart/form-data in the part `file`, with its file name.",
            field="file",
            code="required",
        )
    return named[0], {name: part for name, part in parts if isinstance(part, str)}
