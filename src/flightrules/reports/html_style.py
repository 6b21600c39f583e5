"""The page's style sheet: tokens for light and dark, then the parts. No font, picture or script is fetched.

Every pair of text and ground in ``PAIRS`` is held to WCAG 2.2 AA by a test; status is never colour alone.
"""

from __future__ import annotations

__all__ = ["DARK", "LIGHT", "PAIRS", "STYLE"]

LIGHT = {
    "ground": "#f5f6f9",
    "sheet": "#ffffff",
    "ink": "#101828",
    "quiet": "#475467",
    "line": "#d0d5dd",
    "edge": "#667085",
    "link": "#1d4ed8",
    "track": "#e4e7ec",
    "zone": "#b7e0c5",
    "pass": "#05603a",
    "pass-ground": "#e7f6ec",
    "fail": "#b42318",
    "fail-ground": "#fef3f2",
    "wait": "#6b4500",
    "wait-ground": "#fff8e6",
}
DARK = {
    "ground": "#0b1220",
    "sheet": "#121b2d",
    "ink": "#f2f4f7",
    "quiet": "#b3bccb",
    "line": "#33405a",
    "edge": "#8794ab",
    "link": "#9db8ff",
    "track": "#2b3850",
    "zone": "#1e5c3c",
    "pass": "#7adba6",
    "pass-ground": "#0e2f21",
    "fail": "#ff9d94",
    "fail-ground": "#3a1513",
    "wait": "#f5c969",
    "wait-ground": "#33270c",
}
# text or shape, its ground, and the least contrast: 4.5 for text, 3 for shapes
PAIRS = (
    ("ink", "ground", "4.5"),
    ("ink", "sheet", "4.5"),
    ("quiet", "ground", "4.5"),
    ("quiet", "sheet", "4.5"),
    ("link", "ground", "4.5"),
    ("link", "sheet", "4.5"),
    *(
        (tone, ground, "4.5")
        for tone in ("pass", "fail", "wait")
        for ground in ("ground", "sheet", f"{tone}-ground")
    ),
    ("ink", "pass-ground", "4.5"),
    ("ink", "fail-ground", "4.5"),
    ("ink", "wait-ground", "4.5"),
    ("quiet", "fail-ground", "4.5"),
    ("quiet", "wait-ground", "4.5"),
    ("edge", "sheet", "3"),
    *((tone, ground, "3") for tone in ("pass", "fail", "wait", "ink") for ground in ("track", "zone")),
)


def _tokens(tokens: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in tokens.items())


_PARTS = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--ground);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,\
"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
.long,li,dd,p,h1,h3,h4{overflow-wrap:anywhere}
.page{max-width:72rem;margin:0 auto;padding:1.5rem 1.25rem 3rem}
h1{font-size:2rem;line-height:1.2;margin:.25rem 0 1rem}
h2{font-size:1.375rem;line-height:1.3;margin:0 0 .75rem}
h3{font-size:1.0625rem;margin:1.5rem 0 .5rem}
h4{font-size:1rem;margin:1rem 0 .25rem}
p,ul,ol,dl{margin:0 0 .75rem}
li{margin:.2rem 0}
a{color:var(--link);text-underline-offset:.15em}
a:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
code{font:.875em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.kind{margin:0;color:var(--quiet);font-size:.875rem;letter-spacing:.06em;text-transform:uppercase}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--sheet);padding:.5rem 1rem;z-index:1}
.sheet{background:var(--sheet);border:1px solid var(--line);border-radius:.75rem;padding:1.25rem;
margin:1.25rem 0}
.banner{display:flex;gap:1.25rem;align-items:flex-start;border-left:.5rem solid var(--tone);
background:var(--tone-ground)}
.banner h2{font-size:1.75rem;color:var(--tone);margin:0}
.banner .icon{width:3.25rem;height:3.25rem;margin-top:.15rem}
.banner p{font-size:1.0625rem}
.banner ol{margin:.5rem 0 0;padding-left:1.5rem}
.pass{--tone:var(--pass);--tone-ground:var(--pass-ground)}
.fail,.error{--tone:var(--fail);--tone-ground:var(--fail-ground)}
.waived,.nodata,.stale,.unfit,.advise{--tone:var(--wait);--tone-ground:var(--wait-ground)}
.none{--tone:var(--quiet);--tone-ground:var(--sheet)}
.status{color:var(--tone);font-weight:600}
.icon{width:1.125em;height:1.125em;flex:none;vertical-align:-.2em;color:var(--tone);overflow:visible}
dl>div{display:grid;grid-template-columns:11rem 1fr;gap:.25rem 1.25rem;padding:.125rem 0}
.lead dl{display:flex;flex-wrap:wrap;gap:0 1.5rem}
.lead dl>div{display:flex;gap:.4rem}
dt{color:var(--quiet)}
dd{margin:0;min-width:0}
.note{display:block;color:var(--quiet);font-size:.875rem}
table{width:100%;border-collapse:collapse;margin:0 0 1rem}
caption{text-align:left;color:var(--quiet);font-size:.875rem;padding:0 0 .5rem}
th,td{text-align:left;vertical-align:top;padding:.6rem .75rem .6rem 0;border-top:1px solid var(--line)}
thead th{border-top:0;font-size:.875rem;color:var(--quiet);font-weight:600;vertical-align:bottom}
tbody th{font-weight:600}
tbody th .note{font-weight:400}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.number .note,.number .long{white-space:normal;min-width:8.5rem}
tr.loud>*{background:var(--fail-ground)}
tr.loud>:first-child{box-shadow:inset .25rem 0 var(--fail);padding-left:.75rem}
.graph{width:9rem;min-width:7rem}
.bullet{display:block;width:100%;height:1.5rem;overflow:visible}
.bullet .track{fill:var(--track)}
.bullet .zone{fill:var(--zone)}
.bullet .target{fill:var(--ink)}
.bullet .whisker{fill:var(--ink)}
.bullet .value{fill:var(--tone);stroke:var(--sheet);stroke-width:2}
.ends{display:flex;justify-content:space-between;color:var(--quiet);font-size:.75rem;
font-variant-numeric:tabular-nums}
.blank{display:block;min-width:7rem;min-height:1.75rem;border-bottom:1px solid var(--edge)}
.off{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
nav{margin:1.25rem 0}
nav ol{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:0;margin:0}
nav a{display:inline-block;padding:.125rem 0;min-height:1.75rem}
footer{color:var(--quiet);font-size:.875rem}
@media (max-width:52rem){
.page{padding:1rem .75rem 2rem}
.sheet{padding:1rem}
.banner{display:block}
dl>div{display:block;padding:.25rem 0}
table,caption,tbody,tr,th,td{display:block}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tbody tr{border-top:1px solid var(--edge);padding:.75rem 0}
tbody tr.loud{background:var(--fail-ground);box-shadow:inset .25rem 0 var(--fail);padding:.75rem}
tr.loud>:first-child{box-shadow:none;padding-left:0}
th,td{border:0;padding:.15rem 0}
td::before{content:attr(data-label);display:block;color:var(--quiet);font-size:.8125rem}
td:empty{display:none}
.number{text-align:left}
.graph{width:100%;max-width:20rem}
}
@media print{
:root{color-scheme:light;LIGHT}
body{background:#fff;font-size:10pt}
.page{max-width:none;padding:0}
nav,.skip{display:none}
.sheet{border:0;border-radius:0;padding:0;margin:0 0 1rem}
.banner{border-left:.5rem solid var(--tone);padding:.75rem}
h2,h3,h4,caption{break-after:avoid}
tr,dl>div,.banner{break-inside:avoid}
thead{display:table-header-group}
@page{margin:18mm 16mm}
}
@media (forced-colors:active){.icon,.bullet .value{color:CanvasText;fill:CanvasText}
.bullet .track{fill:GrayText}}
"""

STYLE = (
    f":root{{color-scheme:light dark;{_tokens(LIGHT)}}}"
    f"@media (prefers-color-scheme:dark){{:root{{{_tokens(DARK)}}}}}"
    + _PARTS.replace("LIGHT", _tokens(LIGHT)).replace("\n", "")
)
