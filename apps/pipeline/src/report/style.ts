/** The page's style: one column, readable on a phone and in print, light and dark. */
export const style = `
:root { color-scheme: light dark; --ground: #fbfaf7; --paper: #fff; --ink: #1d1f24; --faint: #5d6370; --rule: #dcdad3; --accent: #2458b8; --second: #b3541e; --third: #3d7a4a; --mark: #ffe08a; --bad: #b3261e; }
@media screen and (prefers-color-scheme: dark) { :root { --ground: #15171b; --paper: #1d2026; --ink: #e8e6e1; --faint: #a2a8b4; --rule: #353a44; --accent: #86aef7; --second: #f0a273; --third: #8ccf9a; --mark: #6b5410; --bad: #ff9a92; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 "Charter", "Georgia", serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.2rem 5rem; }
h1 { font-size: 2.1rem; line-height: 1.15; margin: 0 0 .3rem; }
h2 { font-size: 1.4rem; margin: 3rem 0 .6rem; padding-top: .8rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
h4 { font-size: 1rem; margin: 0 0 .4rem; }
p { max-width: 42rem; } a { color: var(--accent); }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .4rem .8rem; }
nav { font-family: system-ui, sans-serif; font-size: .9rem; display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; margin: 1rem 0; }
.faint { color: var(--faint); font-size: .92rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .8rem; margin: 1.4rem 0; padding: 0; list-style: none; }
.tiles li { background: var(--paper); border: 1px solid var(--rule); border-radius: .5rem; padding: .7rem .9rem; }
.tiles b { display: block; font: 600 1.5rem/1.2 system-ui, sans-serif; }
.tiles span { color: var(--faint); font: .85rem/1.3 system-ui, sans-serif; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font: .9rem/1.4 system-ui, sans-serif; font-variant-numeric: tabular-nums; margin: .8rem 0; }
th, td { text-align: left; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { font-weight: 600; color: var(--faint); } td.figure, th.figure { text-align: right; } td.figure { white-space: nowrap; }
svg { max-width: 100%; height: auto; overflow: visible; }
article { background: var(--paper); border: 1px solid var(--rule); border-radius: .6rem; padding: 1rem; margin: 1rem 0; }
caption { text-align: left; font-weight: 600; padding-bottom: .3rem; }
.columns { display: flex; flex-wrap: wrap; gap: .4rem 3rem; align-items: flex-start; }
.sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(5.5rem, 1fr)); gap: .5rem; padding: 0; list-style: none; }
details { margin: .4rem 0; } summary { cursor: pointer; font: .92rem/1.6 system-ui, sans-serif; }
pre { overflow-x: auto; background: var(--paper); border: 1px solid var(--rule); border-radius: .4rem; padding: .7rem .9rem; font: .8rem/1.45 ui-monospace, monospace; }
.pair { display: grid; grid-template-columns: minmax(8rem, 13rem) 1fr; gap: 1.2rem; }
.negatives { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .9rem; margin: .6rem 0 0; padding: 0; list-style: none; }
.negatives li { font: .8rem/1.4 system-ui, sans-serif; min-width: 0; } .negatives p { margin: .3rem 0; }
del { text-decoration-color: var(--bad); color: var(--faint); }
img { display: block; width: 100%; height: auto; background: #fff; border: 1px solid var(--rule); border-radius: .3rem; image-rendering: auto; }
mark { background: var(--mark); color: inherit; padding: 0 .15em; border-radius: .2em; }
.tag { display: inline-block; font: 600 .72rem/1.5 system-ui, sans-serif; color: var(--paper); background: var(--accent); border-radius: .25rem; padding: 0 .4rem; margin-right: .4rem; }
.tag.shape { background: var(--second); } .tag.relation { background: var(--third); } .tag.number { background: var(--faint); }
code { font: .85em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
.right { color: var(--third); } .wrong { color: var(--bad); }
ul.captions { padding-left: 1.1rem; font-size: .92rem; }
@media screen and (max-width: 40rem) { .chart svg { min-width: 34rem; } .pair { grid-template-columns: 1fr; } .pair img { max-width: 14rem; } .negatives { grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); } }
@media print { :root { color-scheme: light; } body { background: #fff; font-size: 11pt; } main { max-width: none; padding: 0; } article, tr, svg, .sheet li, .tiles li { break-inside: avoid; } h2, h3, h4 { break-after: avoid; } nav, .skip { display: none; } .scroll { overflow: visible; } }
`;
