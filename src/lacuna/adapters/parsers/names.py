"""File name endings that tell kinds of text apart. The content decides first; see `detection`."""

from typing import Final

MARKDOWN: Final = frozenset({".md", ".markdown", ".mdown", ".mkd"})
MAIL: Final = frozenset({".eml", ".emlx", ".mbox", ".mht", ".mhtml"})
JSON: Final = frozenset({".json", ".jsonl", ".ndjson", ".geojson", ".webmanifest", ".har", ".ipynb"})
XML: Final = frozenset(
    {
        ".xml",
        ".xsd",
        ".xsl",
        ".xslt",
        ".rss",
        ".atom",
        ".svg",
        ".plist",
        ".kml",
        ".wsdl",
        ".fodt",
        ".fods",
        ".fodp",
        ".drawio",
    }
)
CSV: Final = frozenset({".csv", ".tsv", ".tab"})
PYTHON: Final = frozenset({".py", ".pyi", ".pyw"})
CODE: Final = PYTHON | frozenset(
    {".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".java", ".kt", ".kts", ".scala", ".groovy", ".go", ".rs", ".c"}
    | {".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".cs", ".swift", ".m", ".mm", ".php", ".rb", ".pl", ".pm", ".lua"}
    | {".sh", ".bash", ".zsh", ".ps1", ".sql", ".r", ".jl", ".dart", ".proto", ".tf", ".hcl", ".rego", ".css", ".scss"}
    | {".vue", ".svelte", ".ex", ".exs", ".erl", ".hs", ".clj", ".fs", ".vb", ".bas", ".gradle", ".zig", ".nim"}
)
