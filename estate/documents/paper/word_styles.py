"""How a paper looks in Word: set as styles, so that whoever goes on writing keeps the look."""

from typing import TYPE_CHECKING, Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

if TYPE_CHECKING:
    from docx.document import Document as Word

LANGUAGE = "en-GB"
FONT = "Arial"
INK, SOFT, BRAND, WARN = "1D2733", "4A5764", "12436D", "801650"
_TABLE = f"""
<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="PaperTable">
  <w:name w:val="Paper table"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="99"/>
  <w:tblPr><w:tblBorders><w:top w:val="single" w:sz="8" w:color="{INK}"/><w:bottom w:val="single" w:sz="8" w:color="{INK}"/>
  <w:insideH w:val="single" w:sz="4" w:color="C9D1D9"/></w:tblBorders>
  <w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>
  <w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders><w:bottom w:val="single" w:sz="8" w:color="{INK}"/></w:tcBorders>
  <w:shd w:val="clear" w:color="auto" w:fill="F3F6F8"/></w:tcPr></w:tblStylePr>
</w:style>"""


def apply(document: "Word") -> None:
    """Give a new document our styles and its language."""
    _defaults(document)
    styles = document.styles
    _style(styles["Normal"], 11, after=5)
    _style(styles["Title"], 18, BRAND, bold=True, after=8)
    for name, points, before in (("Heading 1", 14, 10), ("Heading 2", 12, 7), ("Heading 3", 11, 6)):
        _style(styles[name], points, BRAND, bold=True, before=before, after=3, keep=True)
    for name in ("List Bullet", "List Number"):
        _style(styles[name], 11, after=2)
    _style(styles["Caption"], 10, bold=True, before=6, after=2, keep=True)
    _style(styles["Footer"], 8.5, SOFT)
    tabs = styles["Footer"].paragraph_format.tab_stops
    tabs.clear_all()
    tabs.add_tab_stop(Mm(170), WD_TAB_ALIGNMENT.RIGHT)
    for name, size, colour, before, after in (
        ("Council", 11, SOFT, 0, 0),
        ("Table text", 9, INK, 1, 1),
        ("Source", 8.5, SOFT, 2, 6),
        ("Picture", 11, INK, 6, 2),
    ):
        made = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        made.base_style = styles["Normal"]
        _style(made, size, colour, before=before, after=after, keep=name == "Picture")
    for name, colour in (("Note", "F46A25"), ("To be written", WARN)):
        made = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        made.base_style = styles["Normal"]
        _style(made, 11, before=3, after=5)
        _bar(made, colour)
    styles.element.append(parse_xml(_TABLE))


def _defaults(document: "Word") -> None:
    run = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    language = run.find(qn("w:lang"))
    for part in ("w:val", "w:eastAsia"):
        language.set(qn(part), LANGUAGE)
    settings = document.settings.element.find(qn("w:themeFontLang"))
    if settings is not None:
        settings.set(qn("w:val"), LANGUAGE)


def _style(
    style: Any,
    size: float,
    colour: str = INK,
    bold: bool = False,
    before: float = 0,
    after: float = 0,
    keep: bool = False,
) -> None:
    font, space = style.font, style.paragraph_format
    font.name, font.size, font.bold, font.italic = FONT, Pt(size), bold, False
    font.color.rgb = RGBColor.from_string(colour)
    families = style.element.rPr.rFonts
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        families.attrib.pop(qn(name), None)
    space.space_before, space.space_after, space.line_spacing = Pt(before), Pt(after), 1.1
    space.keep_with_next = keep
    space.widow_control = True
    border = style.element.pPr.find(qn("w:pBdr"))
    if border is not None:
        style.element.pPr.remove(border)


def _bar(style: Any, colour: str) -> None:
    """A bar at the left and a tint behind, so that nobody overlooks it; the words say it too."""
    properties = style.element.get_or_add_pPr()
    border = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:left w:val="single" w:sz="36" w:space="6" w:color="{colour}"/></w:pBdr>'
    )
    shade = parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="F3F6F8"/>')
    place = properties.find(qn("w:spacing"))
    place.addprevious(border)
    place.addprevious(shade)
    style.paragraph_format.left_indent = Mm(3)
