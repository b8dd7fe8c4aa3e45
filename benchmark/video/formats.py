"""Lists the formats of clips, the formats that `ti2v convert` reads, and the codecs that servers accept."""

CLIP_SUFFIXES = frozenset({".mp4", ".mov", ".m4v"})
CONVERTIBLE_SUFFIXES = CLIP_SUFFIXES | {".webm", ".mkv", ".avi", ".gif", ".ts", ".flv", ".3gp"}
FRAME_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"})
ACCEPTED_CODECS = frozenset({"h264", "vp9", "av1"})
MAX_SIDE = 2048
CONVERSION_RECORDS = "converted.jsonl"
CONVERT_COMMAND = "ti2v convert DIR --to OUT"
