"""Terraform's own language: what is literal is read, and what is not is said in one sentence."""

from pathlib import Path
from typing import Any

import pytest

from fixtures.api import Definition, IntegrationKind, read_definition
from fixtures.api.hcl.configuration import read_folder
from fixtures.definitions import load
from fixtures.exceptions import DefinitionError

HEAD = """
terraform { required_version = "~> 1.9" }
variable "region" { default = "eu-west-1" }
variable "stage" {}
data "aws_region" "current" {}
resource "aws_s3_bucket" "files" { bucket = "my-files" }
resource "aws_api_gateway_rest_api" "api" {
  name               = "media-${var.stage}"
  binary_media_types = concat(["image/*"], local.more)
  endpoint_configuration { types = ["REGIONAL"] }
}
locals {
  more   = ["application/pdf"]
  region = data.aws_region.current.name
  bucket = aws_s3_bucket.files.id
}
resource "aws_api_gateway_resource" "files" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  parent_id   = aws_api_gateway_rest_api.api.root_resource_id
  path_part   = "files"
}
resource "aws_api_gateway_resource" "item" {
  rest_api_id = "${aws_api_gateway_rest_api.api.id}"
  parent_id   = aws_api_gateway_resource.files.id
  path_part   = "{key}"
}
"""
METHODS = """
resource "aws_api_gateway_method" "item" {
  for_each           = toset(["GET", "PUT"])
  rest_api_id        = aws_api_gateway_rest_api.api.id
  resource_id        = aws_api_gateway_resource.item.id
  http_method        = each.key
  authorization      = "NONE"
  request_parameters = { "method.request.path.key" = true }
}
resource "aws_api_gateway_integration" "item" {
  for_each                = { GET = null, PUT = "CONVERT_TO_BINARY" }
  rest_api_id             = aws_api_gateway_rest_api.api.id
  resource_id             = aws_api_gateway_method.item[each.key].resource_id
  http_method             = aws_api_gateway_method.item[each.key].http_method
  type                    = "AWS"
  integration_http_method = each.key
  uri                     = "arn:aws:apigateway:${local.region}:s3:path/${local.bucket}/{key}"
  credentials             = aws_iam_role.proxy.arn
  content_handling        = each.value
  request_parameters      = { "integration.request.path.key" = "method.request.path.key" }
}
resource "aws_api_gateway_method_response" "ok" {
  for_each    = toset(["GET", "PUT"])
  status_code = 200
}
resource "aws_api_gateway_integration_response" "item" {
  for_each    = toset(["GET", "PUT"])
  rest_api_id = aws_api_gateway_rest_api.api.id
  resource_id = aws_api_gateway_resource.item.id
  http_method = each.value
  status_code = aws_api_gateway_method_response.ok[each.value].status_code
  response_templates = each.value == "GET" ? null : {
    "application/json" = <<-EOT
      {"stored": true}
    EOT
  }
}
resource "aws_api_gateway_stage" "live" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  stage_name  = "live"
}
"""
BODY = """
openapi: 3.0.1
info: {title: "${name}"}
paths:
  /{key}:
    get:
      parameters: [{name: key, in: path, required: true}]
      x-amazon-apigateway-integration:
        type: aws
        httpMethod: GET
        uri: arn:aws:apigateway:${region}:s3:path/b/{key}
        requestParameters: {integration.request.path.key: method.request.path.key}
        responses: {default: {statusCode: "200"}}
x-amazon-apigateway-binary-media-types: [image/png]
"""


def read(folder: Path, **files: str) -> Definition:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return read_definition(folder)


def value(folder: Path, expression: str) -> Any:
    """The value of an expression, with a variable, a local and resources around it."""
    around = f"""
variable "text" {{ default = "abc" }}
variable "none" {{}}
locals {{
  list = ["b", "a", "b"]
  map  = {{ one = 1, "two" : 2, (var.text) = 3 }}
}}
resource "aws_api_gateway_rest_api" "api" {{ name = {expression} }}
resource "aws_api_gateway_resource" "item" {{ path_part = "x" }}
resource "aws_s3_bucket" "b" {{ bucket = "name" }}
"""
    (folder / "main.tf").write_text(around, encoding="utf-8")
    document, _ = read_folder(folder)
    resources = document["planned_values"]["root_module"]["resources"]
    return next(one for one in resources if one["type"].endswith("rest_api"))["values"]["name"]


# ----------------------------------------------------------------------------- whole definitions


def test_an_api_of_resources_is_read_with_what_is_literal_around_them(tmp_path: Path) -> None:
    definition = read(tmp_path, main_tf=HEAD, methods_tf=METHODS)
    assert definition.binary_media_types == ("image/*", "application/pdf")
    assert definition.title == "media-__var-stage__"
    assert definition.base_path == "/live"
    get, put = sorted(definition.operations, key=lambda operation: operation.method)
    assert (get.name, put.name) == ("GET /files/{key}", "PUT /files/{key}")
    assert get.integration.s3 is not None
    assert get.integration.s3.template == "my-files/{key}"
    assert get.integration.content_handling is None
    assert put.integration.content_handling == "CONVERT_TO_BINARY"
    assert put.integration.responses[0].templates == {"application/json": '{"stored": true}\n'}


def test_a_file_stands_for_its_folder_and_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    read(tmp_path, main_tf=HEAD, methods_tf=METHODS)
    whole = read_definition(tmp_path / "main.tf")
    assert len(whole.operations) == 2
    other = tmp_path / "renamed.txt"
    other.write_text(HEAD, encoding="utf-8")
    assert read_definition(other).operations == whole.operations
    assert load(str(tmp_path)).operations == whole.operations
    assert load(f"{tmp_path}#aws_api_gateway_rest_api.api").operations == whole.operations


@pytest.mark.parametrize(
    "body",
    [
        'templatefile("${path.module}/api.yaml", { name = "n", region = var.region })',
        "data.template_file.api.rendered",
        'replace(replace(file("api.yaml"), "$${region}", "eu-west-1"), "$${name}", "n")',
    ],
)
def test_a_body_in_a_file_beside_it_is_rendered(tmp_path: Path, body: str) -> None:
    text = f"""
variable "region" {{ default = "eu-west-1" }}
data "template_file" "api" {{
  template = file("${{path.module}}/api.yaml")
  vars     = {{ name = "n", region = var.region }}
}}
resource "aws_api_gateway_rest_api" "api" {{
  name = "n"
  body = {body}
}}
"""
    definition = read(tmp_path, main_tf=text, api_yaml=BODY)
    assert definition.title == "n"
    assert definition.operations[0].integration.uri.startswith("arn:aws:apigateway:eu-west-1:")
    assert definition.binary_media_types == ("image/png",)


def test_a_body_of_jsonencode_is_evaluated(tmp_path: Path) -> None:
    text = """
resource "aws_api_gateway_rest_api" "api" {
  name = "n"
  body = jsonencode({
    swagger = "2.0"
    info    = { title = "t" }
    paths = { for path in ["/a", "/b"] : path => {
      get = { x-amazon-apigateway-integration = {
        type       = "aws_proxy"
        httpMethod = "POST"
        uri        = join("", ["arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/",
          aws_lambda_function.f.arn, "/invocations"])
      } }
    } }
  })
}
"""
    definition = read(tmp_path, main_tf=text)
    assert [operation.path for operation in definition.operations] == ["/a", "/b"]
    assert {each.integration.kind for each in definition.operations} == {IntegrationKind.LAMBDA}


def test_a_local_module_is_followed_with_what_it_is_given(tmp_path: Path) -> None:
    root = f"""
{HEAD}
module "item" {{
  source      = "./method"
  rest_api_id = aws_api_gateway_rest_api.api.id
  parent_id   = aws_api_gateway_rest_api.api.root_resource_id
  path_part   = "{{key}}"
  uri         = "arn:aws:apigateway:${{var.region}}:s3:path/b/{{key}}"
}}
resource "aws_api_gateway_method" "options" {{
  rest_api_id = aws_api_gateway_rest_api.api.id
  resource_id = module.item.resource_id
  http_method = "OPTIONS"
}}
resource "aws_api_gateway_integration" "options" {{
  rest_api_id = aws_api_gateway_rest_api.api.id
  resource_id = module.item.resource_id
  http_method = "OPTIONS"
  type        = "MOCK"
}}
"""
    method = """
variable "rest_api_id" {}
variable "parent_id" {}
variable "path_part" {}
variable "uri" {}
variable "methods" { default = ["GET", "HEAD"] }
resource "aws_api_gateway_resource" "r" {
  rest_api_id = var.rest_api_id
  parent_id   = var.parent_id
  path_part   = var.path_part
}
resource "aws_api_gateway_method" "m" {
  count              = length(var.methods)
  rest_api_id        = var.rest_api_id
  resource_id        = aws_api_gateway_resource.r.id
  http_method        = var.methods[count.index]
  request_parameters = { "method.request.path.key" = true }
}
resource "aws_api_gateway_integration" "m" {
  count                   = length(var.methods)
  rest_api_id             = var.rest_api_id
  resource_id             = aws_api_gateway_resource.r.id
  http_method             = element(var.methods, count.index)
  type                    = "AWS"
  integration_http_method = "GET"
  uri                     = var.uri
  request_parameters      = { "integration.request.path.key" = "method.request.path.key" }
}
output "resource_id" { value = aws_api_gateway_resource.r.id }
"""
    definition = read(tmp_path, main_tf=root, method__main_tf=method)
    names = {operation.name for operation in definition.operations}
    assert names == {"GET /{key}", "HEAD /{key}", "OPTIONS /{key}"}
    assert len(definition.operations_on_s3("GET")) == 2


# ---------------------------------------------------------------------------------- expressions


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('"a-${var.text}"', "a-abc"),
        ('"${var.text}"', "abc"),
        ('"$${x} %%{y} \\" \\n \\u00e4"', '${x} %{y} " \n ä'),
        ("var.none", "${var.none}"),
        ('"x-${var.none}"', "x-__var-none__"),
        ('"${aws_api_gateway_resource.item.id}"', "${aws_api_gateway_resource.item.id}"),
        ("aws_s3_bucket.b.id", "name"),
        ("aws_s3_bucket.b.arn", "${aws_s3_bucket.b.arn}"),
        ("aws_api_gateway_resource.item.path_part", "x"),
        ("local.map.two", 2),
        ('local.map["abc"]', 3),
        ("local.list[1]", "a"),
        ("local.list.0", "b"),
        ("toset(local.list)", ["a", "b"]),
        ('[for item in local.list : upper(item) if item != "a"]', ["B", "B"]),
        ("{ for key, item in local.map : key => item if item > 1 }", {"two": 2, "abc": 3}),
        ('merge(local.map, { one = "x" }).one', "x"),
        ("concat(local.list, [[1], [2]]...)", ["b", "a", "b", 1, 2]),
        ('var.text == "abc" ? "yes" : "no"', "yes"),
        ('var.none ? "yes" : "no"', '${var.none?"yes":"no"}'),
        ("1 + 2 * 3 == 7 && !false", True),
        ("-1.5", -1.5),
        ("1 / 0", "${1/0}"),
        ('try(var.none.x, local.map.absent, "last")', "last"),
        ('join("-", local.list)', "b-a-b"),
        ('format("%s/%d%%", var.text, 5)', "abc/5%"),
        ('replace("a/b", "/", "-")', "a-b"),
        ('lookup(local.map, "none", "x")', "x"),
        ("jsonencode({ a = [true, null], b = var.none })", '{"a":[true,null],"b":"__var-none__"}'),
        ('lower(title("ab cd"))', "ab cd"),
        ("element(local.list, 4)", "a"),
        ('sha1("x")', '${sha1("x")}'),
        ('upper("a", "b")', '${upper("a","b")}'),
        ("[for one in [{ n = 1 }, { n = 2 }] : one.n]", [1, 2]),
        ("[{ n = 1 }, { n = 2 }][*].n", [1, 2]),
        ("[{ n = 1 }, { n = 2 }].*.n", [1, 2]),
        ("aws_api_gateway_resource.item.*.id", "${aws_api_gateway_resource.item.*.id}"),
        ('{ in = "h", "for" = "x" }', {"in": "h", "for": "x"}),
        ("null", None),
        ('"%{ if true }x%{ endif }"', "${%{iftrue}}"),
        ('<<EOT\nline ${var.text}\n  \\d "q"\nEOT\n', 'line abc\n  \\d "q"\n'),
        ("<<-EOT\n    a\n      b\n    EOT\n", "a\n  b\n"),
    ],
)
def test_an_expression_has_its_value_or_what_it_refers_to(
    tmp_path: Path, expression: str, expected: Any
) -> None:
    assert value(tmp_path, expression) == expected


# -------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('resource "a" "b" {\n', "main.tf: line 2"),
        ('resource "a" "b" {\n  x = = 1\n}\n', "main.tf: line 2, column 7: not Terraform's"),
        ('resource "aws_s3_bucket" "b" {}\n', "no aws_api_gateway_rest_api is in it"),
        (f"{HEAD}{METHODS.replace('each.key', 'var.stage')}", "http_method is not literal; run"),
        (
            'resource "aws_api_gateway_rest_api" "a" { body = module.x.y }\n',
            "the body is an expression; give what `terraform show -json` says",
        ),
        (HEAD, "no method of the API"),
        (
            HEAD.replace('concat(["image/*"], local.more)', "var.stage") + METHODS,
            "${var.stage} is not known here; give it with --param",
        ),
    ],
)
def test_what_cannot_be_read_says_what_to_give(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        read(tmp_path, main_tf=text)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


HOSTILE = {
    "parentheses": f"locals {{\n  x = {'(' * 5000}1{')' * 5000}\n}}\n",
    "lists": f"locals {{\n  x = {'[' * 2000}{']' * 2000}\n}}\n",
    "circle": "locals {\n  x = local.y\n  y = local.x\n}\n",
    "doubling": "locals {\n"
    + "".join(f'  x{n} = "${{local.x{n + 1}}}${{local.x{n + 1}}}"\n' for n in range(40))
    + '  x40 = "0123456789"\n  x = local.x0\n}\n',
    "loops": "locals {\n  n = range(1000)\n"
    "  x = [for a in local.n : [for b in local.n : [for c in local.n : a]]]\n}\n",
    "files": 'locals {\n  x = file("../../../../etc/passwd")\n}\n',
    "self": 'module "m" {\n  source = "./"\n}\nlocals {\n  x = 1\n}\n',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_expression_is_bounded(tmp_path: Path, name: str) -> None:
    text = f'{HOSTILE[name]}resource "aws_api_gateway_rest_api" "a" {{ name = local.x }}\n'
    with pytest.raises(DefinitionError) as refused:
        read(tmp_path, main_tf=text)
    assert "\n" not in str(refused.value)
    assert "root:" not in str(refused.value)


def test_an_operation_that_is_not_literal_is_left_open_with_its_place(tmp_path: Path) -> None:
    open_status = METHODS.replace("aws_api_gateway_method_response.ok[each.value]", "module.x")
    definition = read(tmp_path, main_tf=HEAD, methods_tf=open_status)
    reasons = {operation.integration.unjudged_reason for operation in definition.operations}
    assert all("${module.x.status_code} is not known here" in reason for reason in reasons)
