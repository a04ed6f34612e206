// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace qcs::detail {

/// The page of a run for Google ctemplate, which escapes every value by where it stands; what is marked `none` is
/// base64.
inline constexpr std::string_view kReportTemplate = R"html({{%AUTOESCAPE context="HTML"}}<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{MODEL}} ({{BACKBONE}}) on {{DATASET}}</title>
<style>
:root { --ink: #1d2530; --soft: #5b6675; --line: #dde2e8; --paper: #f5f6f8; --accent: #1f5fa8; color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0; letter-spacing: -.01em; overflow-wrap: anywhere; }
h1 small { font-size: 1.1rem; font-weight: 400; color: var(--soft); }
h2 { font-size: 1.15rem; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
p { margin: 0 0 .75rem; }
.facts { color: var(--soft); margin: .4rem 0 0; overflow-wrap: anywhere; }
.state { display: inline-block; padding: 0 .6em; border-radius: 1em; background: #e3e8ee; color: var(--ink);
  font-weight: 600; }
.state-complete { background: #d9efe1; color: #14532d; }
.state-interrupted { background: #fbe5d0; color: #7c2d12; }
.state-running { background: #dbe9f8; color: #17457b; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .75rem;
  margin: 1.25rem 0 .75rem; }
.card { background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; }
.card b { display: block; font-size: 1.7rem; line-height: 1.25; font-weight: 650; font-variant-numeric: tabular-nums; }
.card span { color: var(--soft); font-size: .9rem; }
.card:first-child { background: var(--accent); border-color: var(--accent); color: #fff; }
.card:first-child span { color: #dce8f6; }
.remark { background: #fff4d6; border: 1px solid #e5c35c; border-left-width: 6px; border-radius: 6px; color: #5a4300;
  padding: .7rem 1rem; margin: .75rem 0; }
section { background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: 1.1rem 1.25rem;
  margin-top: 1rem; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem;
  align-items: start; margin-top: 1rem; }
.two section { margin: 0; min-width: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th, td { padding: .32rem .7rem .32rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { color: var(--soft); font-weight: 600; white-space: nowrap; border-bottom: 1px solid #b9c2cd; }
tbody th { font-weight: 500; }
tfoot > tr > * { border-top: 1px solid #b9c2cd; font-weight: 600; }
.narrow { max-width: 42rem; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; padding-right: 1rem; }
.bar { width: 28%; min-width: 6rem; padding-right: 0; vertical-align: middle; }
.bar i { display: block; height: .7rem; border-radius: 2px; background: var(--accent); min-width: 1px; }
.values th { color: var(--soft); font-weight: 400; width: 42%; }
.values td { overflow-wrap: anywhere; }
img { display: block; max-width: 100%; height: auto; }
.wide { min-width: 860px; width: 100%; }
.centre { margin: 0 auto; }
.pair { display: grid; grid-template-columns: 11.5rem 1fr; gap: .4rem 1.25rem; padding: .9rem 0;
  border-top: 1px solid var(--line); }
.pair p { color: var(--soft); font-size: .9rem; margin: 0; }
.faces { display: flex; flex-wrap: wrap; gap: .5rem; }
figure { margin: 0; width: 96px; font-size: .85rem; text-align: center; font-variant-numeric: tabular-nums; }
figure img, .missing { width: 96px; height: 96px; object-fit: contain; border-radius: 4px; background: #eceff2; }
.missing { display: flex; align-items: center; padding: .3rem; overflow: hidden; color: var(--soft); font-size: .72rem;
  line-height: 1.25; overflow-wrap: anywhere; }
ul { margin: 0; padding-left: 1.2rem; }
@media (max-width: 640px) {
  main { padding: 1.25rem .75rem 2rem; }
  section { padding: .9rem; }
  .cards { grid-template-columns: 1fr 1fr; }
  .card { padding: .6rem .75rem; }
  .card b { font-size: 1.4rem; }
  .pair { grid-template-columns: 1fr; }
  .number { padding-right: .6rem; }
  .bar { display: none; }
  .centre { min-width: 520px; }
  figure, figure img, .missing { width: 72px; }
  figure img, .missing { height: 72px; }
}
@media print {
  @page { margin: 14mm; }
  body { background: #fff; font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  section, .card { border-color: #bbb; }
  .scroll { overflow: visible; }
  .wide, .centre { min-width: 0; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  section.whole, .card, .remark, .pair, figure, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
</style>
</head>
<body>
<main>
<header>
<h1>{{MODEL}} on {{DATASET}} <small>{{BACKBONE}}</small></h1>
<p class="facts"><span class="state state-{{STATE}}">{{STATE_NAME}}</span> {{STATE_TEXT}} &middot; seed {{SEED}}</p>
</header>
{{#NO_RESULT}}<p class="remark">No evaluation yet.</p>
{{/NO_RESULT}}{{#RESULT}}<div class="cards">
<div class="card"><b>{{ACCURACY}}</b><span>accuracy</span></div>
<div class="card"><b>{{MEAN_CLASS_ACCURACY}}</b><span>mean class accuracy</span></div>
<div class="card"><b>{{MACRO_F1}}</b><span>macro F1</span></div>
<div class="card"><b>{{EPOCH}}</b><span>{{EPOCH_KIND}}</span></div>
</div>
<p>{{SPLIT_TEXT}}</p>
{{#SECOND}}<p>{{SECOND_TEXT}}</p>
{{/SECOND}}{{/RESULT}}{{#REMARK}}<p class="remark"><strong>{{REMARK_HEAD}}</strong> {{REMARK_TEXT}}</p>
{{/REMARK}}
{{#NOTES}}<section class="whole"><h2>Notes</h2><ul>
{{#NOTE}}<li>{{TEXT}}</li>
{{/NOTE}}</ul></section>
{{/NOTES}}
<section class="whole"><h2>Training</h2>
<div class="scroll">
<img class="wide" alt="Losses and accuracies over the run" src="data:image/png;base64,{{CURVES:none}}"></div>
</section>
{{#CLASSES}}<section class="whole"><h2>Classes, {{SPLIT}} split</h2>
<div class="scroll"><table>
<thead><tr><th>class</th><th class="number">images</th><th class="number">precision</th><th class="number">recall</th>
<th class="number">F1</th><th class="bar">recall</th></tr></thead>
<tbody>
{{#CLASS}}<tr><th>{{NAME}}</th><td class="number">{{IMAGES}}</td><td class="number">{{PRECISION}}</td>
<td class="number">{{RECALL}}</td><td class="number">{{F1}}</td>
<td class="bar"><i style="width: {{SHARE}}%"></i></td></tr>
{{/CLASS}}</tbody>
</table></div></section>
{{/CLASSES}}
{{#CONFUSION}}<section class="whole"><h2>Confusion matrix</h2>
<div class="scroll"><img class="centre" alt="Confusion matrix" src="data:image/png;base64,{{PNG:none}}"></div>
</section>
{{/CONFUSION}}
{{#PAIRS}}<section><h2>Most confused classes</h2>
<p>The pairs that take the largest shares of their class. {{PAIRS_TEXT}}</p>
{{#PAIR}}<div class="pair"><div><h3>{{LABEL}} taken for {{PREDICTED}}</h3>
<p>{{COUNT}}</p></div>
<div class="faces">
{{#FACE}}<figure>
{{#PICTURE}}<img alt="{{NAME}}" title="{{NAME}}" src="data:image/png;base64,{{PNG:none}}">
{{/PICTURE}}{{#MISSING}}<div class="missing" title="{{NAME}}">{{NAME}}</div>
{{/MISSING}}<figcaption>{{PROBABILITY}}</figcaption></figure>
{{/FACE}}</div></div>
{{/PAIR}}</section>
{{/PAIRS}}
{{#GATES}}<section class="whole"><h2>Gates of the cross-similarity scales</h2>
<div class="scroll"><img class="centre" alt="Gates against the epoch" src="data:image/png;base64,{{PNG:none}}"></div>
</section>
{{/GATES}}
{{#DATA}}<section class="whole"><h2>Images</h2>
<div class="scroll"><table class="narrow">
<thead><tr><th>class</th>{{#HEAD}}<th class="number">{{NAME}}</th>{{/HEAD}}</tr></thead>
<tbody>
{{#ROW}}<tr><th>{{NAME}}</th>{{#CELL}}<td class="number">{{COUNT}}</td>{{/CELL}}</tr>
{{/ROW}}</tbody>
<tfoot><tr><th>all</th>{{#TOTAL}}<td class="number">{{COUNT}}</td>{{/TOTAL}}</tr></tfoot>
</table></div></section>
{{/DATA}}
<div class="two">
{{#VALUES}}<section><h2>{{TITLE}}</h2>
<div class="scroll"><table class="values"><tbody>
{{#VALUE}}<tr><th>{{NAME}}</th><td>{{TEXT}}</td></tr>
{{/VALUE}}</tbody></table></div></section>
{{/VALUES}}</div>
</main>
</body>
</html>
)html";

}  // namespace qcs::detail
