"""Scripts and style sheets are served without indentation and comments."""

from pathlib import Path

from app.assets import Assets


def served(folder: Path, name: str, source: str) -> str:
    (folder / name).write_text(source)
    return Assets.load(folder).files[name].body.decode()


def test_a_script_keeps_its_texts_and_loses_comment_lines(tmp_path: Path) -> None:
    source = (
        "// What it does.\n"
        "/** Returns the address. */\n"
        "export const address = () => {\n"
        "  // Why.\n"
        "  return `https://${host}/*`; // where\n"
        "};\n"
    )

    assert served(tmp_path, "a.js", source) == (
        "export const address = () => {\nreturn `https://${host}/*`; // where\n};\n"
    )


def test_a_style_sheet_loses_its_comments(tmp_path: Path) -> None:
    source = "/* One\n   and two. */\n.a {\n  color: red; /* why */\n}\n"

    assert served(tmp_path, "a.css", source) == ".a {\ncolor: red; }\n"


def test_other_files_are_served_as_they_are(tmp_path: Path) -> None:
    assert served(tmp_path, "a.svg", "  <svg/> <!-- a -->\n") == "  <svg/> <!-- a -->\n"
