#include "server/board.h"

namespace yinuo::server {

// On paper: black on white, without navigation, addresses of links written out.
std::string_view board_style() {
    return R"css(
:root{color-scheme:light;--ink:#1c2430;--soft:#4f5a69;--line:#dde2e8;--kept:#1f7a52;--missed:#e2b8b4;
--link:#1d559c}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1.25rem clamp(1rem,4vw,2.5rem) 3rem;background:#fff;
color:var(--ink);font:1rem/1.6 system-ui,-apple-system,"Segoe UI","PingFang SC","Noto Sans CJK SC",
"Microsoft YaHei",sans-serif}
a{color:var(--link)}a:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);outline-offset:2px}
header{display:flex;justify-content:space-between;align-items:center;gap:1rem;
border-bottom:1px solid var(--line);margin-bottom:1.5rem}
header a,.up a,.links a,.companies a{display:inline-block;padding:.6rem 0;min-height:44px}
.site{margin:0;font-weight:600}
.tag{font-size:.8125rem;font-weight:500;color:#6b4300;background:#fff0d1;border-radius:.375rem;
padding:.125rem .5rem;white-space:nowrap}
h1{font-size:1.6rem;line-height:1.3;margin:.5rem 0}
h2{font-size:1.25rem;line-height:1.4;margin:1.5rem 0 .5rem}
h3{font-size:.9375rem;margin:1.25rem 0 .25rem;color:var(--soft)}
.lead{color:var(--soft);margin:0 0 1rem}
article{border:1px solid var(--line);border-radius:.75rem;padding:.25rem 1.25rem 1.25rem;margin:0 0 1.5rem}
article h1{margin-top:1rem}
ul{padding-left:1.25rem;margin:.25rem 0}
.companies,.incidents{list-style:none;padding:0}
.incidents li{padding:.75rem 0;border-top:1px solid var(--line)}
.rate{margin:.25rem 0 .5rem;display:flex;flex-wrap:wrap;align-items:baseline;gap:.25rem .75rem}
.rate b{font-size:2.25rem;line-height:1.2;font-variant-numeric:tabular-nums}
.rate span,.none{color:var(--soft)}
.facts{display:flex;flex-wrap:wrap;gap:.75rem 2.5rem;margin:.5rem 0}
.facts div{min-width:0}
dt{font-size:.875rem;color:var(--soft)}
dd{margin:0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
small,.zone{color:var(--soft);font-size:.875rem}
.limits{margin:.75rem 0 0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9375rem;font-variant-numeric:tabular-nums}
td,th{padding:.4rem .75rem .4rem 0;border-top:1px solid var(--line);text-align:left;font-weight:400;
vertical-align:top}
thead th{border-top:0;color:var(--soft);font-size:.875rem}
tbody th,.day{white-space:nowrap}
.scroll code{overflow-wrap:normal}
article li{margin:.4rem 0}
code{font:.8125rem/1.5 ui-monospace,"SF Mono",Consolas,monospace;overflow-wrap:anywhere}
.weeks{display:block;width:100%;height:7rem;margin:.5rem 0 1rem}
.weeks .kept{fill:var(--kept)}.weeks .missed{fill:var(--missed)}
footer{margin-top:2rem;border-top:1px solid var(--line);color:var(--soft);font-size:.875rem}
@media print{
@page{size:A4;margin:16mm}
body{max-width:none;padding:0;font-size:10.5pt;color:#000}
header nav,.up,.links{display:none}
a{color:#000;text-decoration:none}
.proof a::after,h2 a::after{content:" (" attr(href) ")";font-size:9pt}
.scroll{overflow:visible}
article,section,tr,svg{break-inside:avoid}article{break-inside:auto;border-color:#999}
*{color:#000!important}
}
)css";
}

}  // namespace yinuo::server
