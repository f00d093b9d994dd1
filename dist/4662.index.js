export const id=4662;export const ids=[4662];export const modules={74662:(e,t,a)=>{a.d(t,{reportHtml:()=>reportHtml});var o=a(77598);let i=class Markup{#e;constructor(e,t){if(e!==r)throw TypeError("markup is made by `html` alone");this.#e=t}toString(){return this.#e}};let r=Symbol("html"),html=(e,...t)=>new i(r,e.map((e,a)=>0===a?e:escaped(t[a-1])+e).join("")),escaped=e=>{if(void 0===e)return"";if(e instanceof i)return e.toString();if("string"==typeof e)return e.replaceAll(/[&<>"']/g,e=>s[e]??"");if("number"==typeof e)return String(e);if(Array.isArray(e))return e.map(escaped).join("");throw TypeError(`a template cannot hold ${JSON.stringify(e)}`)},s={"&":"&amp;","<":"&lt;",">":"&gt;",'"':"&quot;","'":"&#39;"},l=`
:root {
  color-scheme: light dark;
  --page: #f6f8fa; --card: #fff; --ink: #16202a; --soft: #55636f; --rule: #d8dfe5; --grid: #e6ebef;
  --ok: #10704a; --ok-field: #dff3e9; --bad: #ad2b10; --bad-field: #fbe6e0; --neutral-field: #e8edf1;
  --first: #9aa7b2; --good: #2b8ac6; --bad-version: #d9622b; --killed: #b8679b;
  --against: #c1440e; --promotion: #0b6fae;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e141a; --card: #161e26; --ink: #e6edf3; --soft: #9fb0be; --rule: #2b3742; --grid: #232e38;
    --ok: #6fd9a6; --ok-field: #12352a; --bad: #ff9a7d; --bad-field: #43211a; --neutral-field: #26323d;
    --first: #6b7883; --good: #3d94cf; --bad-version: #e0713c; --killed: #c27bab;
    --against: #ff9165; --promotion: #6cbcf0;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 -apple-system, "Segoe UI", Roboto, Ubuntu, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { margin: 4px 0 12px; max-width: 36em; font-size: clamp(1.5rem, 3vw, 1.9rem); line-height: 1.2; letter-spacing: -0.015em; text-wrap: balance; }
h2 { margin: 0 0 4px; font-size: 1.25rem; line-height: 1.3; }
h3 { margin: 0 0 6px; font-size: 0.95rem; }
p { margin: 0 0 12px; }
ul, ol { margin: 0; padding-left: 1.3em; }
li + li { margin-top: 4px; }
code { font: 0.875em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
section { margin-top: 20px; padding: 24px; background: var(--card); border: 1px solid var(--rule); border-radius: 12px; overflow-wrap: anywhere; }
section h3 { margin-top: 20px; }
.columns h3 { margin-top: 0; }
.kicker { margin: 0; color: var(--soft); font-size: 0.875rem; }
.lead, .when, figcaption { color: var(--soft); }
.when { font-size: 0.9rem; }
.faults { margin-bottom: 12px; color: var(--bad); font-weight: 600; }

.tiles { display: grid; grid-template-columns: repeat(3, 1fr); gap: 12px; margin: 20px 0 0; }
.tile { display: flex; flex-direction: column; padding: 14px 16px; background: var(--card); border: 1px solid var(--rule); border-radius: 12px; }
.tile dt { order: 1; font-weight: 600; font-size: 0.9rem; }
.tile dd { order: 2; margin: 0; color: var(--soft); font-size: 0.825rem; }
.tile .value { order: 0; color: var(--ink); font-size: 1.9rem; font-weight: 700; line-height: 1.15; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }

.badge { display: inline-block; padding: 1px 9px; border-radius: 999px; font-size: 0.825rem; font-weight: 600; white-space: nowrap; }
.badge.ok { color: var(--ok); background: var(--ok-field); }
.badge.not-ok { color: var(--bad); background: var(--bad-field); }
.badge.neutral { color: var(--ink); background: var(--neutral-field); }

figure { margin: 16px 0 0; }
figcaption { margin-top: 8px; font-size: 0.825rem; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0; padding: 0; list-style: none; font-size: 0.875rem; }
.legend li { margin: 0; }
.swatch { display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.5em; border-radius: 3px; }
.key { display: inline-block; width: 20px; margin-right: 0.5em; border-top: 3px solid; vertical-align: middle; }
.key.against { color: var(--against); }
.key.promotion { color: var(--promotion); }
.swatch.first { background: var(--first); } .swatch.good { background: var(--good); }
.swatch.bad { background: var(--bad-version); } .swatch.killed { background: var(--killed); }

.chart { padding: 12px 14px 28px 58px; }
.chart.top { padding-top: 36px; }
.chart.evidence { padding: 20px 14px 0 76px; }
.chart.weight { padding: 28px 14px 28px 76px; }
.plot { display: block; overflow: visible; }
.field { overflow: visible; }
.grid { stroke: var(--grid); }
.plot text { fill: var(--soft); font-size: 12px; }
.plot text.band { fill: var(--ink); font-weight: 600; }
.plot text.event { fill: var(--ink); font-weight: 600; paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
.begin { stroke: var(--soft); }
line.event { stroke: var(--ink); stroke-width: 2; stroke-dasharray: 3 3; }
.area { shape-rendering: crispEdges; }
.area.first { fill: var(--first); } .area.good { fill: var(--good); } .area.bad { fill: var(--bad-version); } .area.killed { fill: var(--killed); }
.weight .area { fill-opacity: 0.35; }
.line, .needed { fill: none; vector-effect: non-scaling-stroke; }
.line { stroke-width: 2.25; stroke-linejoin: round; }
.line.against { stroke: var(--against); } .line.promotion { stroke: var(--promotion); }
.line.first { stroke: var(--first); } .line.good { stroke: var(--good); } .line.bad { stroke: var(--bad-version); } .line.killed { stroke: var(--killed); }
path.needed { stroke-width: 1.5; stroke-dasharray: 6 4; }
path.needed.against { stroke: var(--against); } path.needed.promotion { stroke: var(--promotion); }
circle.against { fill: var(--against); } circle.promotion { fill: var(--promotion); }
.plot text.needed { font-weight: 600; paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
.plot text.needed.against { fill: var(--against); } .plot text.needed.promotion { fill: var(--promotion); }

.columns { display: grid; grid-template-columns: 3fr 2fr; gap: 24px; margin-top: 20px; font-size: 0.925rem; }
.facts { margin: 0; }
.facts dt { color: var(--soft); font-size: 0.825rem; }
.facts dd { margin: 0 0 8px; }
details { margin-top: 16px; }
summary { cursor: pointer; font-weight: 600; font-size: 0.925rem; }
summary:hover { color: var(--promotion); }
summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--promotion); outline-offset: 2px; border-radius: 4px; }
.scroll { margin-top: 10px; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
th, td { padding: 7px 12px 7px 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; overflow-wrap: normal; }
thead th { color: var(--soft); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; white-space: nowrap; }
tbody tr:last-child > * { border-bottom: 0; }
.number { text-align: right; padding-right: 20px; white-space: nowrap; }
.verdict.pass { color: var(--promotion); font-weight: 600; } .verdict.fail { color: var(--against); font-weight: 600; }

@media (max-width: 640px) {
  main { padding: 24px 12px 40px; }
  section { padding: 16px 14px; }
  .tiles { grid-template-columns: 1fr 1fr; gap: 8px; }
  .tile { padding: 12px; }
  .tile .value { font-size: 1.5rem; }
  .columns { grid-template-columns: 1fr; }
  .wide { display: none; }
  .chart { padding-right: 4px; padding-left: 44px; }
  .chart.evidence, .chart.weight { padding-right: 4px; padding-left: 66px; }
  th, td { padding-right: 10px; }
  .number { padding-right: 10px; }
  td code { white-space: nowrap; }
}
@media print {
  body { background: none; }
  section, .tile { break-inside: avoid; }
}
`;var n=a(37853);let d=new Intl.NumberFormat("en"),counted=(e,t)=>`${d.format(e)} ${t}${1===e?"":"s"}`,seconds=e=>together(`${(e/1e3).toFixed(1)} s`),format_duration=e=>together((0,n.a3)(e)),together=e=>e.replaceAll(" ","\xa0"),odds=e=>{let t;return null===e?"–":e>1e6?"over 1,000,000 : 1":e<.01?"under 0.01 : 1":`${e>=10?(t=Math.floor(e*(1+1e-12)),d.format(t)):Number(e.toPrecision(2))} : 1`},named=(e,t)=>e.releases.find(e=>e.name===t),failingLook=e=>e?.looks.find(e=>"fail"===e.verdict),killedAt=e=>{let t=(({weights:e,outcome:t})=>"promoted"===t?void 0:e.findLast(({weight:e})=>0===e)?.atMs)(e);return void 0===t||void 0===e.homeAfterKillMs?void 0:t-e.homeAfterKillMs},reconciled=e=>void 0===e?"with SIGKILL, which nothing can hear":`${format_duration(e)} of it after reconcile began`,tile=(e,t,a)=>html`<div class="tile">
    <dt>${e}</dt>
    <dd class="value">${t}</dd>
    <dd>${a}</dd>
  </div>`,c=html`<section aria-labelledby="next">
  <h2 id="next">Where to go next</h2>
  <ul>
    <li><code>README.md</code>: use the actions in a repository of your own, in five minutes.</li>
    <li><code>workflows-templates/</code>: workflows to copy, from build to rollback, with least permissions.</li>
    <li><code>packages/judge/README.md</code>: the statistics behind the odds, with a worked example.</li>
    <li><code>docs/architecture.md</code> and <code>docs/adr/</code>: how it is made, and why.</li>
    <li><code>npm start -- --json</code>: this rehearsal as one JSON document; <code>schema/rehearsal.schema.json</code> describes it.</li>
  </ul>
</section>`,linePath=e=>e.map((t,a)=>void 0===t?"":`${void 0===e[a-1]?"M":"L"}${at(t)}`).join(""),stepPath=e=>e.map((e,t)=>0===t?`M${at(e)}`:`H${across(e)}V${down(e)}`).join(""),boxPath=(e,t)=>`M${at(e)}H${across(t)}V${down(t)}H${across(e)}Z`,at=e=>`${across(e)} ${down(e)}`,across=({x:e})=>rounded(1e3*e),down=({y:e})=>rounded((1-e)*1e3),rounded=e=>Math.round(100*e)/100,plot=({id:e,title:t,description:a,height:o,x:i,y:r,paths:s,marks:l})=>html`<svg class="plot" width="100%" height="${o}" role="img" aria-labelledby="${e}-title ${e}-description">
    <title id="${e}-title">${t}</title>
    <desc id="${e}-description">${a}</desc>
    ${r.ticks.map(e=>level(r,e))} ${i.ticks.map((e,t)=>plot_moment(i,e,o,t))}
    <svg width="100%" height="100%" viewBox="0 0 ${1e3} ${1e3}" preserveAspectRatio="none" class="field">${s}</svg>
    ${l}
  </svg>`,level=({scale:e,label:t},a)=>html`<line class="grid" x1="0" x2="100%" y1="${percent(1-e(a))}" y2="${percent(1-e(a))}" />
    <text class="tick" x="-8" y="${percent(1-e(a))}" dy="0.35em" text-anchor="end">${t(a)}</text>`,plot_moment=({scale:e,label:t},a,o,i)=>html`<line class="grid" x1="${percent(e(a))}" x2="${percent(e(a))}" y1="0" y2="100%" />
    <text class="tick${i%2==0?"":" wide"}" x="${percent(e(a))}" y="${o+18}" text-anchor="middle">
      ${t(a)}
    </text>`,percent=e=>`${Math.round(1e4*e)/100}%`,linear=(e,t)=>a=>(a-e)/(t-e),roundTicks=(e,t,a)=>{let o=(t-e)/a,i=10**Math.floor(Math.log10(o)),r=i*([1,2,5].find(e=>e*i>=o)??10),s=Math.ceil(e/r);return Array.from({length:Math.floor(t/r)-s+1},(e,t)=>Number(((s+t)*r).toPrecision(12)))},[h,m]=[.001,1e5],threshold=(e,t,a,o)=>{let i=e.flatMap(e=>null===e[t]?[]:[{x:a(e.atMs),y:o(e[t])}]),[r,s]=[i.at(0),i.at(-1)];return void 0===r||void 0===s?"":stepPath([{x:0,y:r.y},...i,{x:1,y:s.y}])},needed=(e,t,a,o)=>{let i=e[0]?.[t];if(null!=i)return html`<text class="needed wide ${"againstNeeded"===t?"against":"promotion"}" x="6" y="${percent(1-a(i))}" dy="-5">
    ${o} ${odds(i)}
  </text>`},dot=(e,t,a)=>t&&html`<circle class="${e}" cx="${percent(t.x)}" cy="${percent(1-t.y)}" r="3"><title>${a}</title></circle>`,weight_chart_event=(e,t,a)=>html`<line class="event ${a}" x1="${percent(e)}" x2="${percent(e)}" y1="0" y2="100%" />
    <text class="event" x="${percent(e)}" dx="-6" y="16" text-anchor="end">${t}</text>`,table=({name:e,head:t,rows:a,numeric:o=[],wide:i=[]})=>{let kind=e=>[o.includes(e)?"number":"",i.includes(e)?"wide":""].join(" ").trim();return html`<div class="scroll" role="region" aria-label="${e}" tabindex="0">
    <table>
      <thead>
        <tr>
          ${t.map((e,t)=>html`<th scope="col" class="${kind(t)}">${e}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${a.map(([e,...t])=>html`<tr>
              <th scope="row">${e}</th>
              ${t.map((e,t)=>html`<td class="${kind(t+1)}">${e}</td>`)}
            </tr>`)}
      </tbody>
    </table>
  </div>`},verdictClass=e=>"pass"===e||"fail"===e?e:"open",badge=(e,t)=>html`<span class="badge ${e?"ok":"not-ok"}">${e?"✓":"✗"} ${t}</span>`,p={passed:badge(!0,"passed"),failed:badge(!1,"failed"),"not-run":html`<span class="badge neutral">– not run</span>`},releaseSection=e=>html`<section class="release" aria-labelledby="release-${e.name}">
    <h2 id="release-${e.name}"><span class="swatch ${e.name}"></span>${e.version}: ${e.title}</h2>
    <p class="when">
      ${badge(e.ok,e.outcome)} after ${format_duration(e.toMs-e.fromMs)} · <code>${e.digest}</code>
    </p>
    ${e.looks.some(({weight:e})=>e>0)?charts(e):notJudged(e)}
    <div class="columns">${facts(e)} ${plan(e)}</div>
    ${0===e.steps.length?void 0:(({version:e,steps:t})=>html`<details>
    <summary>The forecast against what happened</summary>
    ${table({name:`Forecast of the steps of ${e}`,head:["Step","Said","Taken"],numeric:[1,2],rows:t.map(({weight:e,saidMs:t,tookMs:a})=>[`${e} %`,null===t?"–":`about ${format_duration(t)}`,format_duration(a)])})}
  </details>`)(e)} ${0===e.looks.length?void 0:(({version:e,looks:t,fromMs:a})=>html`<details>
    <summary>${counted(t.length,"look")} of the judge</summary>
    ${table({name:`Looks of the judge at ${e}`,head:["After","Weight","Verdict","Against","For","In words"],numeric:[1,3,4],wide:[3,4],rows:t.map(e=>{let t,o;return t=e,o=a,[seconds(t.atMs-o),0===t.weight?"watch":`${t.weight} %`,html`<span class="verdict ${verdictClass(t.verdict)}">${t.verdict}</span>`,odds(t.against),odds(t.promotion),t.text.replaceAll(/(?<=\d) (?=%)|(?<=\d) (?=: 1)|(?<=:) (?=1)/g,"\xa0")]})})}
  </details>`)(e)}
  </section>`,charts=e=>{let t=timeAxis(e),a=e.looks.at(0);return html`<figure>
    <ul class="legend">
      <li><span class="key against"></span>odds that ${e.version} is worse${from(a?.againstNeeded,"sent back")}</li>
      <li><span class="key promotion"></span>odds that it is good enough${from(a?.promotionNeeded,"next step")}</li>
    </ul>
    <div class="chart evidence">${(({name:e,version:t,looks:a},o)=>{let i=(e=>{let t,a,o=e.flatMap(({against:e,againstNeeded:t,promotion:a,promotionNeeded:o})=>[e,t,a,o]).filter(e=>null!==e).map(e=>Math.min(Math.max(e,h),m)),i=10**Math.floor(Math.log10(Math.min(.1,...o))),r=10**Math.ceil(Math.log10(Math.max(1e3,...o)));return{scale:(t=linear(Math.log(i),Math.log(r)),e=>t(Math.log(Math.min(Math.max(e,i),r)))),ticks:Array.from({length:Math.floor(Math.log10(r)+1e-9)-(a=Math.ceil(Math.log10(i)-1e-9))+1},(e,t)=>Number(`1e${a+t}`)),label:e=>`${e<1?e:odds(e).slice(0,-4)} : 1`}})(a),place=(e,t)=>null===t?void 0:{x:o.scale(e.atMs),y:i.scale(t)};return plot({id:`evidence-${e}`,title:`What the judge knew about ${t} at each look`,description:`${a.length} looks. The last one: ${a.at(-1)?.text??"none"}. The table below holds them all.`,height:230,x:{...o,label:()=>void 0},y:i,paths:[html`<path class="needed against" d="${threshold(a,"againstNeeded",o.scale,i.scale)}" />`,html`<path class="needed promotion" d="${threshold(a,"promotionNeeded",o.scale,i.scale)}" />`,html`<path class="line promotion" d="${linePath(a.map(e=>place(e,e.promotion)))}" />`,html`<path class="line against" d="${linePath(a.map(e=>place(e,e.against)))}" />`],marks:[needed(a,"againstNeeded",i.scale,"sent back at"),needed(a,"promotionNeeded",i.scale,"next step at"),a.map(e=>[dot("promotion",place(e,e.promotion),`${seconds(e.atMs)}: ${odds(e.promotion)} for ${t}`),dot("against",place(e,e.against),`${seconds(e.atMs)}: ${odds(e.against)} against ${t}`)])]})})(e,t)}</div>
    <div class="chart weight">${((e,t)=>{let{name:a,version:o,fromMs:i,toMs:r}=e,s=linear(0,100),l=[{atMs:i,weight:0},...e.weights],n=[...l,{atMs:r,weight:l.at(-1)?.weight??0}],[d,c]=[killedAt(e),(({weights:e,outcome:t})=>"promoted"===t?e.at(-1)?.atMs:void 0)(e)];return plot({id:`weight-${a}`,title:`Weight of ${o} over time`,description:e.weights.map(({atMs:e,weight:t})=>`${t} % at ${seconds(e)}`).join(", "),height:90,x:t,y:{scale:s,ticks:[0,50,100],label:e=>`${e} %`},paths:[l.map(({atMs:e,weight:o},i)=>html`<path
            class="area ${a}"
            d="${boxPath({x:t.scale(e),y:0},{x:t.scale(n[i+1]?.atMs??r),y:s(o)})}"
          />`),html`<path class="line weight ${a}" d="${stepPath(n.map(({atMs:e,weight:a})=>({x:t.scale(e),y:s(a)})))}" />`],marks:[void 0===d?void 0:weight_chart_event(t.scale(d),"killed",a),void 0===c?void 0:weight_chart_event(t.scale(c),"promoted",a)]})})(e,t)}</div>
    <figcaption>
      Above: evidence at each look, on a scale of ratios. Below: the share of the requests. Seconds since the release began.
    </figcaption>
  </figure>`},from=(e,t)=>null==e?"":` (${t} from ${odds(e)})`,timeAxis=({fromMs:e,toMs:t})=>({scale:linear(e,t),ticks:roundTicks(0,(t-e)/1e3,6).map(t=>e+1e3*t),label:t=>`${Math.round((t-e)/100)/10} s`}),notJudged=({name:e,looks:t})=>html`<p class="lead">
    ${"first"===e?"Nothing served before it, so there was nothing to compare it with: the smoke test alone decided.":`The judge saw no traffic of it (${counted(t.length,"look")}).`}
  </p>`,facts=e=>{let t=e.looks.findLast(({text:e})=>""!==e);return html`<div>
    <h3>How it ended</h3>
    <dl class="facts">
      <dt>Reason</dt>
      <dd>${e.reason.replaceAll(/(?<=\d) (?=%)|(?<=\d) (?=: 1)|(?<=:) (?=1)/g,"\xa0")} (<code>${e.reasonCode}</code>)</dd>
      ${void 0===t?void 0:fact("Last word of the judge",html`<b>${t.verdict}</b>: ${t.text.replaceAll(/(?<=\d) (?=%)|(?<=\d) (?=: 1)|(?<=:) (?=1)/g,"\xa0")}`)}
      ${fact("What users got",html`${counted(e.exposed.answered,"answer")}, ${counted(e.exposed.failed,"failure")} among them`)}
      ${void 0===e.detectedAfterMs?void 0:fact("Caught",html`${format_duration(e.detectedAfterMs)} after its first traffic`)}
      ${void 0===e.homeAfterKillMs?void 0:fact("Home",home(e.homeAfterKillMs,e.homeAfterReconcileMs))}
    </dl>
  </div>`},fact=(e,t)=>html`<dt>${e}</dt>
    <dd>${t}</dd>`,home=(e,t)=>html`all traffic on stable ${format_duration(e)} after the
  kill${void 0===t?void 0:`, ${format_duration(t)} after reconcile began`}`,plan=({plan:e})=>html`<div>
    <h3>The plan</h3>
    ${0===e.length?html`<p>It was killed before it could hand on its plan.</p>`:html`<ol>
            ${e.map(e=>html`<li>${e}</li>`)}
          </ol>`}
  </div>`,marked=(e,t,{name:a})=>html`<line class="event ${a}" x1="${percent(e)}" x2="${percent(e)}" y1="0" y2="100%" />
    <text class="event" x="${percent(e)}" dx="-6" y="22" text-anchor="end">${t}</text>`,told=({version:e,weights:t,outcome:a})=>`${e}: ${t.map(({atMs:e,weight:t})=>`${t} % at ${seconds(e)}`).join(", ")}; ${a}.`,reportHtml=async e=>{var t,a,i,r,s;let n,h,m,f,g,u,$,b,v;return t=`Rehearsal: ${e.ok?"as it should be":"not as it should be"}`,a=html`<main>
      ${i=e,html`<header>
    <p class="kicker">deploy-kit · rehearsal of a release</p>
    <h1>${i.ok?(r=i,f=named(r,"bad")?.detectedAfterMs,g=named(r,"killed")?.homeAfterKillMs,u=["The good release was promoted",...void 0===f?[]:[`the bad one was caught in ${format_duration(f)}`],...void 0===g?[]:[`the killed one was home in ${format_duration(g)}`]],`${u.join(", ")}, and no request was lost.`):"The rehearsal did not go as it should"}</h1>
    ${i.ok?void 0:html`<ul class="faults">
            ${(({releases:e,traffic:t})=>[...e.filter(e=>!e.ok).map(({version:e,title:t,outcome:a,reason:o})=>`${e} (${t}): ${a}. ${o}`),...t.lost>0?[`${t.lost} of ${t.sent} requests were lost.`]:[]])(i).map(e=>html`<li>${e}</li>`)}
          </ul>`}
    <p class="when">
      <span class="badge ${i.ok?"ok":"not-ok"}">${i.ok?"✓ as it should be":"✗ not as it should be"}</span>
      <time datetime="${i.startedAt}">${i.startedAt.replace("T"," ").replace(/(?:\.\d+)?Z$/," UTC")}</time>, ${format_duration(i.durationMs)} in all
    </p>
    <dl class="tiles">${(e=>{let t,a,o,i,r,{traffic:s}=e,[l,n]=[named(e,"bad"),named(e,"killed")],c=failingLook(l);return[tile("requests sent",(t=s.sent,d.format(t)),`${(a=s.perSecond,d.format(a))} a second; ${(o=s.answered,d.format(o))} were answered`),tile("lost",(i=s.lost,d.format(i)),`longest time between two answers ${format_duration(s.longestGapMs)}`),...l?.detectedAfterMs===void 0?[]:[tile("to catch the bad release",seconds(l.detectedAfterMs),"from its first traffic to the verdict")],...void 0===c?[]:[tile("odds that it is worse",odds(c.against),`${odds(c.againstNeeded)} were needed to send it back`)],...void 0===l?[]:[tile("answers from the bad release",(r=l.exposed.answered,d.format(r)),`${counted(l.exposed.failed,"failure")} among them`)],...n?.homeAfterKillMs===void 0?[]:[tile("from the kill to whole traffic",format_duration(n.homeAfterKillMs),reconciled(n.homeAfterReconcileMs))]]})(i)}</dl>
  </header>`} ${html`<section aria-labelledby="timeline">
    <h2 id="timeline">Who served the users</h2>
    <p class="lead">Each colour is a version; its height is its share of the requests at that moment.</p>
    <figure>
      ${$=e.releases,html`<ul class="legend">
    ${$.map(({name:e,version:t,title:a})=>html`<li><span class="swatch ${e}"></span><b>${t}</b> ${a}</li>`)}
  </ul>`}
      <div class="chart top">${(e=>{let{releases:t,durationMs:a}=e,o=linear(0,a),i=linear(0,100);return plot({id:"traffic",title:"Share of the requests that each version answered, over time",description:t.map(told).join(" "),height:260,x:{scale:o,ticks:roundTicks(0,a/1e3,8).map(e=>1e3*e),label:e=>`${e/1e3} s`},y:{scale:i,ticks:[0,25,50,75,100],label:e=>`${e} %`},paths:((e,t)=>{let a,o=[];for(let[i,r]of e.entries()){let s=e[i+1]?.fromMs??t,l=[{atMs:r.fromMs,weight:0},...r.weights];for(let[e,{atMs:t,weight:i}]of l.entries()){let n={fromMs:t,toMs:l[e+1]?.atMs??s};i>0&&o.push({by:r,...n,from:0,to:i}),i<100&&void 0!==a&&o.push({by:a,...n,from:i,to:100})}"promoted"===r.outcome&&(a=r)}return(e=>{let t=[];for(let a of e){let e=t.findIndex(({by:e,toMs:t,from:o,to:i})=>e===a.by&&t===a.fromMs&&o===a.from&&i===a.to),[o]=e<0?[]:t.splice(e,1);t.push(void 0===o?a:{...o,toMs:a.toMs})}return t})(o.filter(({fromMs:e,toMs:t})=>t>e))})(t,a).map(e=>(({by:e,fromMs:t,toMs:a,from:o,to:i},r,s)=>html`<path class="area ${e.name}" d="${boxPath({x:r(t),y:s(o)},{x:r(a),y:s(i)})}">
    <title>${e.version}: ${i-o} % of the requests, ${seconds(t)} to ${seconds(a)}</title>
  </path>`)(e,o,i)),marks:[t.map(e=>(({fromMs:e,toMs:t,version:a},o)=>{let i=o(t)-o(e);return html`<line class="begin" x1="${percent(o(e))}" x2="${percent(o(e))}" y1="-22" y2="100%" /> ${i<.04?void 0:html`<text class="band${i<.1?" wide":""}" x="${percent(o(e))}" dx="5" y="-10">${a}</text>`}`})(e,o)),t.map(e=>{var t,a;let i,r;return t=e,a=o,i=killedAt(t),r=failingLook(t)?.atMs,void 0!==i?marked(a(i),"killed",t):void 0===r?void 0:marked(a(r),"caught",t)})]})})(e)}</div>
    </figure>
    <details>
      <summary>The weights as a table</summary>
      ${table({name:"Weights over time",head:["Version","At","Weight"],rows:e.releases.flatMap(({version:e,weights:t})=>t.map(({atMs:t,weight:a})=>[e,seconds(t),`${a} %`]))})}
    </details>
    <h3>What the users got while each version was released</h3>
    ${table({name:"Answers that users got from each version while it was released",head:["Version","Release","Answers","Failures"],numeric:[2,3],rows:e.releases.map(({version:e,title:t,exposed:a})=>{let o,i;return[e,t,(o=a.answered,d.format(o)),(i=a.failed,d.format(i))]})})}
  </section>`} ${b=e,html`<section aria-labelledby="stages">
    <h2 id="stages">The stages</h2>
    ${table({name:"Stages of the rehearsal",head:["Stage","How it ended","Details","Took"],numeric:[3],rows:[...b.images.map(({version:e,digest:t,sizeBytes:a,tookMs:o})=>[`Build ${e}`,badge(!0,"built"),html`<code title="${t}">${t.replace(/^sha256:/,"").slice(0,12)}</code> ${a<1e3?`${a} B`:a<1e6?`${(a/1e3).toFixed(1)} kB`:`${(a/1e6).toFixed(1)} MB`}`,format_duration(o)]),["Scan",p[b.scan.status],b.scan.text.replaceAll(/(?<=\d) (?=%)|(?<=\d) (?=: 1)|(?<=:) (?=1)/g,"\xa0"),""],...b.releases.map(({version:e,outcome:t,ok:a,reason:o,fromMs:i,toMs:r})=>[`Release ${e}`,badge(a,t),o.replaceAll(/(?<=\d) (?=%)|(?<=\d) (?=: 1)|(?<=:) (?=1)/g,"\xa0"),format_duration(r-i)])]})}
  </section>`} ${e.releases.map(releaseSection)} ${html`<section aria-labelledby="method">
    <h2 id="method">How this was measured</h2>
    <ul>
      <li>
        <b>Traffic.</b> ${n=e.traffic.perSecond,d.format(n)} requests a second from the first release to the end, sent whether or not earlier
        ones were answered, so that a stall cannot hide. Half of the connections are kept alive, the other half are new.
      </li>
      <li>
        <b>Lost</b> is a request without an answer of any version: connection refused or reset, no answer in time, or a 502, 503 or 504 of
        the proxy. <b>Failed</b> is an answer of a version with a status of 500 or above.
      </li>
      <li>
        <b>Releases</b> ran as the bundled actions that a GitHub runner starts, each in a process of its own, through a weighted proxy that
        outlives them. Everything listened on this machine alone.
      </li>
      <li>
        <b>Evidence</b> is read as odds. ${s=e,null==(v=failingLook(named(s,"bad"))?.againstNeeded)?"Odds of 100 : 1 against a release that is no worse than stable come up in at most 1 of 100 rollouts.":`If a release is no worse than stable, odds of ${odds(v)} against it come up in at most 1 of ${d.format(v)} rollouts.`} The judge may look as often as it likes: the odds hold at all looks together.
      </li>
      <li>
        <b>Caught</b> runs from the moment the bad version got weight to the judge's verdict. <b>Home</b> runs from SIGKILL, which a process
        cannot hear, to the moment the proxy had all traffic on the stable version; a second process, as the rollback job would be, found
        the lease and reconciled.
      </li>
    </ul>
  </section>`} ${c}
    </main>`,h=`default-src 'none'; style-src 'sha256-${(0,o.createHash)("sha256").update(l).digest("base64")}'; base-uri 'none'; form-action 'none'`,m=html`<meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${h}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${t}</title>`,`<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="en">
<head>
${m.toString()}
<style>${l}</style>
</head>
<body>
${a.toString()}
</body>
</html>
`}}};