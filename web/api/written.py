"""What may be written of a product: the bodies of PUT, PATCH and POST, and their descriptions."""

from decimal import Decimal
from typing import Annotated, Any, TypeVar

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDict
from ninja.errors import HttpError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from web.api.wrong_bodies import sentence_of

MOST = 500
MOST_PICTURES = 20
HIGHEST = 10**12
# As in {"price": "19.90"} or {"price": 19.9}.
AsText = Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,2})?$")]
AsNumber = Annotated[float, Field(ge=0, lt=HIGHEST, allow_inf_nan=False)]
Price = AsText | AsNumber | None
Currency = Annotated[str, Field(pattern=r"^([A-Z]{3})?$")]
Address = Annotated[
    str, Field(max_length=2000, pattern=r"^https?://[^\s/\\\x00-\x1f]+[^\s\x00-\x1f]*$")
]
ItemId = Annotated[str, Field(min_length=1, max_length=300)]
Body = TypeVar("Body", bound=BaseModel)
JSON, MULTIPART = "application/json", "multipart/form-data"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ProductToPut(Strict):
    """A product as its shop describes it. What is not said is unknown of it from then on.

    `image_urls`: its pictures, the best first, of which PICTURES_PER_PRODUCT are kept. `group`:
    what its variants have in common. `shop`: of a new one, where there are several.
    """

    title: Annotated[str, Field(max_length=500)] = ""
    price: Price = None
    currency: Currency = ""
    category: Annotated[str, Field(max_length=200)] = ""
    product_url: Address | Annotated[str, Field(max_length=0)] = ""
    image_urls: Annotated[list[Address], Field(max_length=MOST_PICTURES)] = []
    in_stock: bool | None = None
    group: Annotated[str, Field(max_length=300)] = ""
    brand: Annotated[str, Field(max_length=200)] = ""
    shop: Annotated[str, Field(max_length=200)] = ""

    def as_record(self) -> dict[str, Any]:
        """As fields of a ProductRecord, and the shop."""
        values = self.model_dump(exclude={"item_id"})
        return values | {"price": _price(self.price)}


class ProductOfMany(ProductToPut):
    """A product among many."""

    item_id: ItemId


class Batch(Strict):
    """Many products."""

    products: Annotated[list[ProductOfMany], Field(min_length=1, max_length=MOST)]


class Amendment(Strict):
    """What changes of a product; what is not named stays as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"minProperties": 1})

    price: Price = None
    currency: Currency = ""
    in_stock: bool | None = None
    hidden: bool = False

    def as_changes(self) -> dict[str, Any]:
        """The fields of Product that change. Raises HttpError where none does."""
        if not self.model_fields_set:
            raise HttpError(400, "Say what changes: price, currency, in_stock or hidden.")
        given = {name: getattr(self, name) for name in self.model_fields_set}
        if "price" in given:
            price = _price(self.price)
            given["price"] = None if price is None else Decimal(price)
        return given


def _price(price: str | float | None) -> str | None:
    return None if price is None else f"{Decimal(str(price)):.2f}"


# Bodies of requests ------------------------------------------------------------------------------


def body_of(request: HttpRequest, kind: type[Body]) -> Body:
    """The body, which is JSON. Raises HttpError."""
    if request.content_type != JSON:
        raise HttpError(415, f"Send {JSON}.")
    try:
        return kind.model_validate_json(raw_body(request), strict=True)
    except ValidationError as error:
        raise HttpError(400, sentence_of(error, kind)) from error


def raw_body(request: HttpRequest) -> bytes:
    """Its bytes. Raises HttpError where they are too many."""
    try:
        return request.body
    except RequestDataTooBig as error:
        raise HttpError(413, "That is too large; send fewer products at once.") from error


def product_with_picture(request: HttpRequest) -> tuple[ProductToPut, bytes | None]:
    """A product, and its picture where that came along, in a form. Raises HttpError."""
    if request.content_type != MULTIPART:
        if request.content_type != JSON:
            raise HttpError(415, f"Send {JSON}, or {MULTIPART} with the picture.")
        return body_of(request, ProductToPut), None
    try:
        fields, files = request.parse_file_upload(request.META, request)
        given: dict[str, Any] = {name: fields[name] for name in fields if fields[name] != ""}
        if "image_urls" in given:
            given["image_urls"] = list(filter(None, fields.getlist("image_urls")))
        product = ProductToPut.model_validate(given)
    except ValidationError as error:
        raise HttpError(400, sentence_of(error, ProductToPut)) from error
    except (MultiPartParserError, RequestDataTooBig) as error:
        raise HttpError(400, "The form cannot be read.") from error
    return product, _one_picture(files, product)


def _one_picture(
    files: "MultiValueDict[str, UploadedFile[bytes]]", product: ProductToPut
) -> bytes | None:
    """The picture that came along. Raises HttpError for what would be lost beside it."""
    if set(files) - {"picture"}:
        raise HttpError(400, "Send the picture as the file “picture”.")
    sent = files.getlist("picture")
    if len(sent) > 1:
        sentence = "Send one file “picture”; for several pictures, name addresses in image_urls."
        raise HttpError(400, sentence)
    if sent and product.image_urls:
        raise HttpError(400, "Send the file “picture” or name addresses in image_urls, not both.")
    return sent[0].read() if sent else None


# What OpenAPI says of them -----------------------------------------------------------------------


BY_A_WRITER: dict[str, Any] = {"security": [{"key": []}]}


def inlined(kind: type[BaseModel]) -> dict[str, Any]:
    """Its schema, without references, which would lead out of the description."""
    schema = kind.model_json_schema()
    known = schema.pop("$defs", {})

    def resolved(part: Any) -> Any:
        if isinstance(part, dict):
            if "$ref" in part:
                return resolved(known[part["$ref"].rsplit("/", 1)[-1]])
            return {name: resolved(value) for name, value in part.items()}
        return [resolved(value) for value in part] if isinstance(part, list) else part

    return dict(resolved(schema))


def _described(sentence: str, content: dict[str, Any]) -> dict[str, Any]:
    body = {"required": True, "description": sentence, "content": content}
    return {**BY_A_WRITER, "requestBody": body}


_FORM = inlined(ProductToPut)
_FORM["properties"] |= {"picture": {"type": "string", "format": "binary"}}
PUT = _described(
    "The product: with addresses of its pictures, or as a form with the picture itself.",
    {JSON: {"schema": inlined(ProductToPut)}, MULTIPART: {"schema": _FORM}},
)
BATCH = _described(f"At most {MOST} products.", {JSON: {"schema": inlined(Batch)}})
AMENDED = _described("What changes.", {JSON: {"schema": inlined(Amendment)}})
