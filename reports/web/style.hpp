// The style sheet and the few lines of script of the HTML report. Nothing is fetched from anywhere.
#pragma once

#include <string_view>

namespace faultrig {

inline constexpr std::string_view page_style = R"css(
:root{--paper:#fbfbf9;--ink:#1d2025;--soft:#666c76;--line:#dcdcd6;--card:#fff;
--valid:#1a7f4b;--unknown:#a96a00;--invalid:#c0262d;
--ok:#4a86c5;--fail:#8d939c;--info:#d98200;--core:#c0262d;
--partition:#c77dba;--kill:#d9574f;--pause:#8a7fd1;--packet:#3fa39b;--clock:#b8892b;
--power:#5a5f6b;--disk:#a0673f;--other:#999}
@media(prefers-color-scheme:dark){:root{--paper:#15171b;--ink:#e4e5e8;--soft:#9aa1ac;
--line:#31353d;--card:#1c1f25;--valid:#3fb37a;--unknown:#e0a033;--invalid:#f0605f;--ok:#6ba6e0;
--fail:#777e8a;--info:#f0a63a;--core:#ff7b76}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1180px;margin:0 auto;padding:0 24px 64px}
header{border-top:6px solid;padding:24px 0 8px}
header.valid{border-color:var(--valid)}header.unknown{border-color:var(--unknown)}
header.invalid{border-color:var(--invalid)}
h1{margin:0;font-size:34px;letter-spacing:.02em;line-height:1.2}
h1.valid,td.valid{color:var(--valid)}h1.unknown,td.unknown{color:var(--unknown)}
h1.invalid,td.invalid{color:var(--invalid)}
header p{margin:4px 0 0;color:var(--soft)}header p.lead{color:var(--ink);font-size:18px}
h2{font-size:19px;margin:36px 0 10px}
pre,code,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
font-size:13px}
pre{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:14px 16px;
overflow:auto;line-height:1.45;margin:8px 0}
figure{margin:8px 0;background:var(--card);border:1px solid var(--line);border-radius:6px;
padding:10px 6px 4px}
figcaption{padding:0 12px 6px;color:var(--soft);font-size:13px}
:not(.graph)>svg{width:100%}svg{height:auto;display:block}.graph svg{max-width:100%}
svg text{font:11px system-ui,"DejaVu Sans",sans-serif;fill:var(--ink)}
svg .end{text-anchor:end}svg .middle{text-anchor:middle}
svg .tick,svg .note{fill:var(--soft);font-size:10px}
.graph svg text{font:10px Helvetica,Arial,"DejaVu Sans",sans-serif}
.graph svg path,.graph svg polygon{stroke:var(--ink)}.graph svg .edge polygon{fill:var(--ink)}
svg .label{font-size:12px}svg .value{font:12px ui-monospace,"DejaVu Sans Mono",monospace}
svg .grid{stroke:var(--line);stroke-width:1}
svg .rule{stroke:var(--line);stroke-width:1}
svg .phase{stroke:var(--ink);stroke-width:1;stroke-dasharray:3 3;opacity:.6}
svg path{fill:none;stroke-width:1}
svg path.ok,svg path.throughput{stroke:var(--ok)}svg path.throughput{opacity:.75}
svg path.fail{stroke:var(--fail)}svg path.info{stroke:var(--info)}
svg path.p50{stroke:var(--ink);stroke-width:1.6}svg path.p99{stroke:var(--soft);stroke-width:1}
svg .core{fill:none;stroke:var(--core);stroke-width:2}
svg .bar{stroke-width:1.5;fill-opacity:.3}
svg .bar.ok{fill:var(--ok);stroke:var(--ok)}svg .bar.fail{fill:var(--fail);stroke:var(--fail)}
svg .bar.info{fill:var(--info);stroke:var(--info);stroke-dasharray:4 3}
svg .bar.impossible{fill:var(--core);stroke:var(--core)}
svg text.impossible{fill:var(--core);font-weight:700}
svg .shade{opacity:.13}svg .band{opacity:.85}
svg .band.unbitten{opacity:.3}svg .shade.unbitten{opacity:.04}
svg .partition,.key .partition{fill:var(--partition);background:var(--partition)}
svg .kill,.key .kill{fill:var(--kill);background:var(--kill)}
svg .pause,.key .pause{fill:var(--pause);background:var(--pause)}
svg .packet,.key .packet{fill:var(--packet);background:var(--packet)}
svg rect.clock,.key .clock{fill:var(--clock);background:var(--clock)}
svg path.clock{stroke:var(--clock);stroke-width:1.4}
svg .power,.key .power{fill:var(--power);background:var(--power)}
svg .disk,.key .disk{fill:var(--disk);background:var(--disk)}
svg .other,.key .other{fill:var(--other);background:var(--other)}
.key{display:flex;flex-wrap:wrap;gap:4px 18px;padding:4px 12px 8px;color:var(--soft);font-size:13px}
.key i{display:inline-block;width:12px;height:12px;border-radius:2px;margin-right:6px;
vertical-align:-1px}
.key .ok{background:var(--ok)}.key .fail{background:var(--fail)}.key .info{background:var(--info)}
.key .core{border:2px solid var(--core);background:none}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px}
th{text-align:left;font-weight:600;color:var(--soft);border-bottom:2px solid var(--line)}
td,th{padding:5px 12px 5px 0;vertical-align:top}td{border-bottom:1px solid var(--line)}
td.number,th.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td.word{font-weight:700}
tr.unbitten td{color:var(--soft)}tr.unbitten td.bite{color:var(--unknown);font-weight:600}
ul{margin:6px 0;padding-left:20px}td ul{margin:0;padding-left:16px}
details{margin:6px 0}summary{cursor:pointer}
.repeat{display:flex;gap:8px;align-items:center}.repeat pre{flex:1;margin:0}
button{font:inherit;font-size:13px;padding:6px 12px;border:1px solid var(--line);border-radius:6px;
background:var(--card);color:var(--ink);cursor:pointer}
)css";

inline constexpr std::string_view page_script = R"js(
document.querySelectorAll('button[data-copy]').forEach(function(button){
button.addEventListener('click',function(){
var text=document.getElementById(button.dataset.copy).textContent;
navigator.clipboard.writeText(text).then(function(){button.textContent='copied'});});});
)js";

}  // namespace faultrig
