"""The map of an estate as files: a page of its own, and the text that Graphviz draws from."""

from estate.printable import printable
from estate.records.estate_map import EstateMap, MapNode


def html(svg: str) -> str:
    """The drawing as a self-contained page: no script, nothing from elsewhere."""
    return (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<title>Map of the estate</title>\n"
        "<style>body{margin:1rem;font-family:system-ui,Arial,sans-serif;color:#0b0c0c}main{overflow-x:auto}</style>\n"
        f"</head>\n<body>\n<h1>Map of the estate</h1>\n<main>\n{svg}\n</main>\n</body>\n</html>\n"
    )


def dot(estate: EstateMap) -> str:
    """The map in Graphviz' language. What is outside the estate, and what is only configured, is dashed."""
    lines = [
        "digraph estate {",
        "  rankdir=LR;",
        '  node [shape=box, fontname="Arial"];',
        '  edge [fontname="Arial"];',
    ]
    lines += [f"  {_quoted(printable(node.id))} [{_look(node)}];" for node in estate.nodes]
    for edge in estate.edges:
        ports = ", ".join(map(str, edge.ports))
        style = "" if edge.seen else ", style=dashed"
        ends = " -> ".join(_quoted(printable(end)) for end in (edge.source, edge.target))
        lines.append(f"  {ends} [label={_quoted(ports)}{style}];")
    return "\n".join([*lines, "}", ""])


def _look(node: MapNode) -> str:
    held = [f"{item.label} ({item.kind}{f', of {item.system}' if item.system else ''})" for item in node.items]
    more = [f"{node.more} of the operating system"] if node.more else []
    label = "\n".join(printable(part) for part in (node.label, node.note, *held, *more) if part)
    style = ", style=dashed" if node.group == "outside" else ", style=bold" if node.group == "target" else ""
    return f"label={_quoted(label)}{style}"


def _quoted(text: str) -> str:
    """A string as Graphviz quotes it; a backslash would begin an escape of its own."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'
