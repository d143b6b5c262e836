// The look of the report's page. Colours pass WCAG AA on their grounds, and none stands alone: an
// icon and a word are beside it.
#pragma once

namespace yinuo::wire {

inline constexpr const char* kReportStyle = R"css(
:root{--ink:#1c2733;--soft:#5a6875;--rule:#dfe5ea;--ground:#f6f8f9;--card:#fff;--brand:#0b5d57;--kept:#1b7f5a;--broken:#b8322a;--open:#2f6db3;--risk:#b26a00;--waived:#7a5ea8;--void:#8b98a5;--voidus:#5c6773;--none:#c2cbd3}
*{box-sizing:border-box}
html{font:15px/1.6 -apple-system,"Segoe UI",Roboto,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif;color:var(--ink);background:var(--ground)}
body{margin:0}
.wide{max-width:1120px;margin:0 auto;padding:0 24px}
body>input{position:absolute;opacity:0;pointer-events:none}
#show-zh:checked~* [lang=en],#show-en:checked~* [lang=zh]{display:none}
header{background:linear-gradient(180deg,#0b5d57,#0a4f4a);color:#fff;padding:18px 0 26px}
nav{display:flex;justify-content:space-between;align-items:center;font-size:14px}
.brand{font-weight:600;letter-spacing:.06em}.brand em{font-style:normal;font-weight:400;opacity:.8}
.switch label{padding:3px 12px;border:1px solid rgba(255,255,255,.45);cursor:pointer}
.switch label:first-child{border-radius:14px 0 0 14px}.switch label:last-child{border-radius:0 14px 14px 0;border-left:0}
#show-zh:checked~header label[for=show-zh],#show-en:checked~header label[for=show-en]{background:#fff;color:var(--brand)}
#show-zh:focus-visible~header label[for=show-zh],#show-en:focus-visible~header label[for=show-en]{outline:2px solid #ffd166;outline-offset:2px}
.kicker{margin:26px 0 0;font-size:13px;letter-spacing:.12em;opacity:.85}
h1{margin:2px 0 8px;font-size:30px;line-height:1.3;font-weight:650}
.facts{margin:0;opacity:.9;font-size:14px}
section,footer{margin:22px 0;padding:20px 22px;background:var(--card);border:1px solid var(--rule);border-radius:10px}
footer.wide{margin:22px auto 40px;max-width:1072px;padding:20px 22px}
section section{margin:14px 0;padding:0;border:0}
h2{margin:0 0 12px;font-size:18px;font-weight:620}
h2 code,th code{font-weight:400}
code{font:12.5px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--soft);background:#eef2f4;border-radius:4px;padding:1px 5px}
small{color:var(--soft);font-size:12px}
section.figures{display:grid;grid-template-columns:repeat(4,1fr);gap:14px;padding:0;background:none;border:0}
.figure{background:var(--card);border:1px solid var(--rule);border-top:3px solid var(--void);border-radius:10px;padding:14px 18px}
.figure span{color:var(--soft);font-size:13px}.figure b{display:block;font-size:26px;line-height:1.35;font-weight:650;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.figure.good{border-top-color:var(--kept)}.figure.bad{border-top-color:var(--broken)}
.figure small span{font-size:12px}
.bar{display:flex;height:22px;border-radius:5px;overflow:hidden;background:var(--none)}.bar i{display:block;min-width:1px}
.kept{background:var(--kept)}.broken{background:var(--broken)}.open{background:var(--open)}.risk{background:var(--risk)}.waived{background:var(--waived)}.void{background:var(--void)}.voidus{background:var(--voidus)}.none{background:var(--none)}
.legend{display:flex;flex-wrap:wrap;gap:6px 22px;margin:12px 0 0;padding:0;list-style:none;font-size:14px}
.legend i{display:inline-block;width:18px;height:18px;border-radius:4px;margin-right:7px;color:#fff;font-style:normal;font-size:12px;line-height:18px;text-align:center;vertical-align:1px}
.legend i.none{color:var(--ink)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:14px}
th,td{padding:7px 9px;text-align:right;border-bottom:1px solid var(--rule);vertical-align:top}
th:first-child,td:first-child{text-align:left;padding-left:0}
thead th{color:var(--soft);font-weight:500;font-size:12.5px;white-space:nowrap;vertical-align:bottom}
tbody th{font-weight:500}
tbody tr:last-child>*{border-bottom:0}
tr.sum>*{border-top:2px solid var(--rule);font-weight:600}
tr.present>*{background:#eef6f4;font-weight:600}
td.rate{white-space:nowrap}td.rate small{display:block}
table.small{margin-top:10px;font-size:13.5px}
.says{margin:-6px 0 14px;color:var(--soft)}
.note{margin:10px 0 0;color:var(--soft);font-size:13px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:10px 34px;margin-top:14px}
.pair figure{overflow-x:auto}.pair table.small th,.pair table.small td{padding:6px 3px;font-size:12.5px;white-space:nowrap}
figure{margin:0}figcaption{font-weight:560;margin:6px 0}
.reaches{display:flex;flex-wrap:wrap;gap:6px 30px;list-style:none;margin:4px 0 10px;padding:0}.reaches b{color:var(--brand);margin-right:6px}
summary{cursor:pointer;color:var(--brand);font-size:14px}
svg{display:block;width:100%;height:auto}
svg.share{width:120px;height:12px;margin-top:6px}
svg text{font-size:12px;fill:var(--soft)}svg .name{font-size:12px}
svg .grid{stroke:#e9eef1}svg .axis{stroke:#9aa7b2}
svg .band{fill:#1b7f5a;opacity:.15}svg .curve{fill:none;stroke:#1b7f5a;stroke-width:2.4;stroke-linejoin:round}
svg .reach{stroke:#0b5d57;stroke-dasharray:2 3;opacity:.65}svg .dot{fill:#fff;stroke:#0b5d57;stroke-width:2}
svg .now{stroke:#b8322a;stroke-width:1.4;stroke-dasharray:5 3}svg .nowname{fill:#b8322a;font-weight:600}
svg .used{fill:#8fb8d8}svg .latebar{fill:#dc9c97}
svg .mark{stroke:var(--ink);stroke-width:1}svg .markname{fill:var(--ink)}
svg .pay{fill:none;stroke:#7a5ea8;stroke-width:2.2}svg .paydot{fill:#fff;stroke:#7a5ea8;stroke-width:2}
svg .track{fill:#e6ebee}svg .fill{fill:#1b7f5a}svg .whisker{fill:#0b5d57;opacity:.45}
@media (max-width:760px){section.figures{grid-template-columns:repeat(2,1fr)}.pair{grid-template-columns:1fr}.wide{padding:0 14px}}
@media print{html{background:#fff;font-size:11px}header{background:none;color:#000;padding:0}.switch{display:none}section,footer{break-inside:avoid;border-color:#bbb}}
)css";

}  // namespace yinuo::wire
