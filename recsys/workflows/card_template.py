"""The layout of a model card, for `model_card`: one page that prints well and loads nothing."""

TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Model card {{ run_id }}</title>
<style>
:root { color-scheme: light; --line: #dfe3ea; --muted: #5a6372; --accent: #2f5bd0; }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; color: #10141d; background: #fff;
  margin: 0 auto; padding: 40px 32px 64px; max-width: 960px; overflow-wrap: anywhere; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 17px; margin: 34px 0 8px; padding-bottom: 4px; border-bottom: 2px solid #10141d; break-after: avoid; }
h3 { font-size: 14px; margin: 16px 0 4px; break-after: avoid; }
p, ul { margin: 6px 0; } ul { padding-left: 20px; }
.muted { color: var(--muted); }
.badge { display: inline-block; padding: 1px 10px; border-radius: 99px; background: #eef2fd; color: #203f9a;
  font-weight: 600; font-size: 13px; }
.badge.sim { background: #fdf0e3; color: #7a3a06; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 0 32px; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
th, td { text-align: left; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; } thead th { color: var(--muted); font-weight: 500; }
td.num, th.num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr { break-inside: avoid; }
.bar { height: 10px; border-radius: 5px; background: var(--accent); print-color-adjust: exact; }
.passed { color: #0b6b4f; font-weight: 600; } .failed { color: #a83a24; font-weight: 600; }
code, .mono { font: 12px/1.4 ui-monospace, "SF Mono", Consolas, monospace; }
.note { border-left: 3px solid var(--accent); padding: 2px 12px; white-space: pre-wrap; }
.scroll { overflow-x: auto; }
@media (max-width: 640px) { body { padding: 20px 16px 40px; } .two { grid-template-columns: 1fr; } }
@page { size: A4; margin: 16mm; }
@media print { body { padding: 0; max-width: none; font-size: 12px; } h2 { margin-top: 22px; }
  table { font-size: 11px; } }
</style>
</head>
<body>
{% macro table(rows, heads=(), numbers=true) %}
<div class="scroll"><table>
{% if heads %}<thead><tr>{% for h in heads %}<th{% if not loop.first and numbers %} class="num"{% endif %}>{{ h }}</th>
{% endfor %}</tr></thead>{% endif %}
<tbody>
{% for row in rows %}
<tr><th scope="row"{% if row.help %} title="{{ row.help }}"{% endif %}>{{ row.name }}</th>
{% for cell in row.cells %}<td{% if numbers %} class="num"{% endif %}>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table></div>
{% endmacro %}
<header>
<p class="muted">Model card · {{ shop }}</p>
<h1>{{ run_id }}</h1>
<p><span class="badge">{{ status }}</span>
{% if simulated %}<span class="badge sim">Simulated shoppers</span>{% endif %}</p>
{% if note %}<p class="note" dir="auto">{{ note }}</p>{% endif %}
</header>
<main>
<div class="two">
<section><h2>Meant for</h2><ul>{% for line in intended %}<li>{{ line }}</li>{% endfor %}</ul></section>
<section><h2>Not meant for</h2><ul>{% for line in not_intended %}<li>{{ line }}</li>{% endfor %}</ul></section>
</div>
<section><h2>Limits</h2><ul>{% for line in limits %}<li>{{ line }}</li>{% endfor %}</ul></section>
<div class="two">
<section><h2>Data</h2>{{ table(data, numbers=false) }}</section>
<section><h2>Weights</h2>
<p class="muted">Share of each term in the score, chosen on validation days.</p>
<table><tbody>
{% for name, share, words in weights %}
<tr><th scope="row">{{ name }}</th><td style="width:55%"><div class="bar" style="width:{{ (share * 100) | round(1) }}%">
</div></td><td class="num">{{ words }}</td></tr>
{% endfor %}
</tbody></table></section>
</div>
<section><h2>Quality on held-out days</h2>
<p class="muted">Full ranking over everything on sale, cut-off 20; value and 95% interval over shoppers. Tested on
{{ tested }}.</p>
{% if figures %}{{ table(figures, ("", "Test", "Validation", "Shoppers")) }}{% else %}<p>Not measured.</p>{% endif %}
{% if beyond %}<h3>Beyond accuracy</h3>{{ table(beyond) }}{% endif %}
{% if groups %}<h3>Recall@20 by fifths</h3>{{ table(groups, [""] + group_names) }}{% endif %}
</section>
<section><h2>By modality</h2>
{% if modalities %}
<p class="muted">Recall@20 of the held-out shoppers kept with the run, were lists made by these terms alone.</p>
{{ table(modalities, ["", "All", "New products among themselves"][:modalities[0].cells | length + 1]) }}
{% else %}<p>The run kept no held-out shoppers to judge by, or has neither text nor pictures.</p>{% endif %}
</section>
<section><h2>Response term</h2>
{% if response %}<p class="muted">Chance of a click or purchase, on days later than all it learned from.</p>
{{ table(response) }}{% else %}<p>Not trained, or not measured.</p>{% endif %}
</section>
<section><h2>Gates</h2>
{% if gates %}
<table><tbody>
{% for label, asks, outcome, detail in gates %}
<tr><th scope="row" title="{{ asks }}">{{ label }}</th><td class="{{ outcome }}">{{ outcome }}</td><td>{{ detail }}</td>
</tr>
{% endfor %}
</tbody></table>
{% else %}<p>The run is older than the gates.</p>{% endif %}
</section>
{% if decisions %}
<section><h2>Decisions</h2>
<table><tbody>
{% for d in decisions %}
<tr><th scope="row">{{ d.at[:16] | replace("T", " ") }} UTC</th><td>{{ d.action }}</td><td>{{ d.reason }}</td>
<td class="muted">{{ d.detail }}</td></tr>
{% endfor %}
</tbody></table></section>
{% endif %}
<section><h2>Settings</h2>{{ table(config, numbers=false) }}
<h3>Components</h3>{{ table(components, numbers=false) }}</section>
<section><h2>Made with</h2>{{ table(versions, numbers=false) }}</section>
<section><h2>Checksums</h2><p class="muted">SHA-256 of every file of the run.</p>
<div class="mono">{{ table(checksums, numbers=false) }}</div></section>
</main>
<footer><p class="muted">Made {{ made_at }} by Vitrine.</p></footer>
</body>
</html>
"""
