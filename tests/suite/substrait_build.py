"""Plans by hand: dictionaries in the names of Substrait's messages, which
protobuf's own JSON reader makes messages of."""

from substrait_schema import plan_class

URN = "extension:io.substrait:functions_"
URI = "/functions_{}.yaml"
NULLABLE = {"nullability": "NULLABILITY_NULLABLE"}


def ref(column, *fields):
    """A column, or a field in it."""
    segment = None
    for field in reversed((column, *fields)):
        segment = {"struct_field": {"field": field,
                                    **({"child": segment} if segment else {})}}
    return {"selection": {"direct_reference": segment, "root_reference": {}}}


def outer(column, steps=1):
    return {"selection": {
        "direct_reference": {"struct_field": {"field": column}},
        "outer_reference": {"steps_out": steps}}}


def lit(**value):
    return {"literal": value}


def null(**kind):
    return {"literal": {"null": kind}}


def kind(name, **more):
    return {name: {**NULLABLE, **more}}


def cast(value, to, **more):
    return {"cast": {"input": value, "type": to, **more}}


def scalar(rel):
    return {"subquery": {"scalar": {"input": rel}}}


def exists(rel):
    return {"subquery": {"set_predicate": {
        "predicate_op": "PREDICATE_OP_EXISTS", "tuples": rel}}}


def is_in(rel, *needles):
    return {"subquery": {"in_predicate": {"needles": list(needles),
                                          "haystack": rel}}}


def compare(reduction, comparison, left, rel):
    return {"subquery": {"set_comparison": {
        "reduction_op": f"REDUCTION_OP_{reduction}",
        "comparison_op": f"COMPARISON_OP_{comparison}",
        "left": left, "right": rel}}}


def emit(columns):
    return {"common": {"emit": {"output_mapping": columns}}}


def read(table, columns, **more):
    """columns: pairs of name and type."""
    return {"read": {"named_table": {"names": [table]},
                     "base_schema": {"names": [n for n, _ in columns],
                                     "struct": {"types": [t for _, t in
                                                          columns]}},
                     **more}}


def values(columns, rows, **more):
    return {"read": {"virtual_table": {
        "expressions": [{"fields": row} for row in rows]},
        "base_schema": {"names": [n for n, _ in columns],
                        "struct": {"types": [t for _, t in columns]}}, **more}}


def where(rel, condition, **more):
    return {"filter": {"input": rel, "condition": condition, **more}}


def project(rel, *expressions, keep=None):
    return {"project": {"input": rel, "expressions": list(expressions),
                        **(emit(keep) if keep is not None else {})}}


def sort(rel, *keys):
    return {"sort": {"input": rel, "sorts": [
        {"expr": key, "direction": f"SORT_DIRECTION_{direction}"}
        for key, direction in keys]}}


def join(left, right, type, condition, **more):
    return {"join": {"left": left, "right": right, "expression": condition,
                     "type": f"JOIN_TYPE_{type}", **more}}


def set_of(op, *rels):
    return {"set": {"inputs": list(rels), "op": f"SET_OP_{op}"}}


class Plan:
    """Collects the functions that its expressions call."""

    def __init__(self, form="urn", types=()):
        """types: pairs of extension and name, anchored from 1 on."""
        self.form = form
        self.functions = {}
        self.extensions = {}
        self.types = types
        for extension, _ in types:
            self.anchor_extension(extension)

    def anchor_extension(self, extension):
        return self.extensions.setdefault(extension, len(self.extensions) + 1)

    def anchor(self, extension, name):
        self.anchor_extension(extension)
        return self.functions.setdefault((extension, name),
                                         len(self.functions) + 1)

    def call(self, extension, name, *arguments, **more):
        return {"scalar_function": {
            "function_reference": self.anchor(extension, name),
            "arguments": [{"enum": a} if isinstance(a, str) else {"value": a}
                          for a in arguments], **more}}

    def equal(self, a, b):
        return self.call("comparison", "equal:any_any", a, b)

    def measure(self, extension, name, *arguments, filter=None, **more):
        return {"measure": {
            "function_reference": self.anchor(extension, name),
            "arguments": [{"enum": a} if isinstance(a, str) else {"value": a}
                          for a in arguments], **more},
                **({"filter": filter} if filter else {})}

    def window(self, extension, name, *arguments, **more):
        """A call over all rows as one partition, in their order."""
        return {"window_function": {
            "function_reference": self.anchor(extension, name),
            "arguments": [{"value": a} for a in arguments], **more}}

    def declared(self):
        reference = {"urn": "extension_urn_reference",
                     "uri": "extension_uri_reference"}.get(self.form)
        functions = [{"extension_function": {
            "function_anchor": anchor, "name": name,
            **({reference: self.extensions[extension]} if reference else {})}}
            for (extension, name), anchor in self.functions.items()]
        types = [{"extension_type": {
            "type_anchor": n, "name": name,
            "extension_urn_reference": self.extensions[extension]}}
            for n, (extension, name) in enumerate(self.types, 1)]
        plan = {"extensions": functions + types}
        if self.form == "urn":
            plan["extension_urns"] = [
                {"extension_urn_anchor": n,
                 "urn": e if ":" in e else URN + e}
                for e, n in self.extensions.items()]
        elif self.form == "uri":
            plan["extension_uris"] = [
                {"extension_uri_anchor": n, "uri": URI.format(e)}
                for e, n in self.extensions.items()]
        return plan

    def bytes(self, rel, names, more=None, before=(), **root):
        message = plan_class()()
        from google.protobuf import json_format
        plan = self.declared()
        plan["relations"] = [*({"rel": r} for r in before),
                             {"root": {"input": rel, "names": names}, **root}]
        plan.update(more or {})
        return json_format.ParseDict(
            plan, message, max_recursion_depth=400).SerializeToString()
