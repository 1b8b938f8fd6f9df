// The status page's style sheet, and its icon.
#include "proxy/status_files.h"

namespace proxy {

namespace {

constexpr std::string_view kStyle = R"css(/* The status page of Latchkey. */
:root {
  color-scheme: light dark;
  --page: #f3f4f6; --card: #ffffff; --ink: #1b222a; --quiet: #56616d; --line: #d8dde3; --accent: #0a5a9c;
  --code: #eef1f4; --good: #0d6b3c; --good-soft: #e2f4e9; --wait: #7d5200; --wait-soft: #fdf0d5;
  --bad: #a3211a; --bad-soft: #fce9e7; --off: #4b5560; --off-soft: #e6e9ed;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14181d; --card: #1d232a; --ink: #e7ebef; --quiet: #a3aeba; --line: #343d47; --accent: #79b8f0;
    --code: #2a323b; --good: #7fd6a3; --good-soft: #17352a; --wait: #f0c674; --wait-soft: #3a2f18;
    --bad: #f5a39c; --bad-soft: #432220; --off: #b9c2cc; --off-soft: #2a3138;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere;
}
.page { max-width: 78rem; margin: 0 auto; padding: 1.25rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: .25rem 1rem; }
h1 { font-size: 1.5rem; line-height: 1.2; margin: 0; letter-spacing: -.01em; }
h2 { font-size: 1.125rem; line-height: 1.3; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
p { margin: 0 0 .5rem; }
a { color: var(--accent); }
code { font: .8125em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  background: var(--code); padding: .1em .35em; border-radius: .25rem; box-decoration-break: clone; -webkit-box-decoration-break: clone; }
.small, footer, #live { font-size: .875rem; color: var(--quiet); }
.small { display: block; }
.card > :last-child, .card dd > :last-child { margin-bottom: 0; }
time, .whole { white-space: nowrap; }
.address { display: block; margin: .25rem 0; padding: .4rem .6rem; user-select: all; }
#live { margin: 0; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem .75rem; z-index: 1; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .25rem; }
[tabindex="-1"]:focus:not(:focus-visible) { outline: none; }

.columns { display: grid; gap: 1rem; }
.columns > * { display: grid; gap: 1rem; align-content: start; min-width: 0; }
@media (min-width: 68rem) { .columns { grid-template-columns: minmax(0, 1fr) 23rem; } }
[data-live]:empty { display: none; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.1rem 1.25rem; }
#state { margin: 1rem 0; }
#questions, #care { margin-bottom: 1rem; }
#questions { border-color: var(--wait); }
#care { background: var(--wait-soft); border-color: var(--wait); }
#care ul, ol { margin: 0; padding-left: 1.25rem; }
ol { margin-bottom: .75rem; }
ol > li { margin-bottom: .75rem; }

.state { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .75rem 1.5rem;
  border-radius: .75rem; padding: 1rem 1.25rem; border: 1px solid; border-left-width: .5rem; }
.state p { margin: 0; }
.state > div { flex: 1 1 18rem; }
.headline { font-size: 1.25rem; font-weight: 650; line-height: 1.3; margin: 0 0 .15rem; }
.state.good { background: var(--good-soft); border-color: var(--good); }
.state.wait { background: var(--wait-soft); border-color: var(--wait); }
.state.off { background: var(--off-soft); border-color: var(--off); }
.state.good .headline { color: var(--good); }
.state.wait .headline { color: var(--wait); }
.badge { display: inline-block; font-size: .8125rem; font-weight: 600; padding: .05rem .5rem; border-radius: 1rem; }
.badge.good { background: var(--good-soft); color: var(--good); }
.badge.bad { background: var(--bad-soft); color: var(--bad); }

form { margin: 0; }
button { font: inherit; font-weight: 600; color: var(--accent); background: var(--card); border: 1px solid var(--accent);
  border-radius: .5rem; padding: .4rem .9rem; min-height: 2.5rem; cursor: pointer; white-space: nowrap; }
button:hover { background: var(--accent); color: var(--card); }
details { margin-top: .35rem; }
summary { cursor: pointer; color: var(--accent); padding: .15rem 0; }
details ul { margin: .25rem 0 0; padding-left: 1.25rem; }
.question ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem; }

dl { display: grid; grid-template-columns: minmax(5.5rem, max-content) minmax(0, 1fr); gap: .35rem 1rem; margin: 0; }
dl + dl { margin-top: 1rem; padding-top: 1rem; border-top: 1px solid var(--line); }
dt { color: var(--quiet); }
dd { margin: 0; }

table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th, td { text-align: left; vertical-align: top; padding: .6rem 1rem .6rem 0; border-top: 1px solid var(--line); }
thead th { border-top: 0; padding-top: 0; font-size: .8125rem; font-weight: 600; color: var(--quiet); }
th:last-child, td:last-child { padding-right: 0; }
tbody th { font-weight: 600; }
tbody th .small { font-weight: 400; }
.judgement + .judgement { margin-top: .75rem; }
@media (min-width: 48.01rem) {
  table { table-layout: fixed; }
  #connections th:nth-child(1) { width: 22%; }
  #connections th:nth-child(2) { width: 18%; }
  #connections th:nth-child(4) { width: 10.25rem; }
  #connections th:nth-child(5), #gates th:nth-child(4) { width: 5.25rem; }
  #parties th:nth-child(1) { width: 23%; }
  #parties th:nth-child(3) { width: 16%; }
  #parties th:nth-child(4) { width: 10.5rem; }
  #refusals th:nth-child(1), #gates th:nth-child(1) { width: 32%; }
  #refusals th:nth-child(3) { width: 10rem; }
}
#connections td:nth-child(4) { white-space: nowrap; }
table + p { margin: .75rem 0 0; }
@media (max-width: 48rem) {
  .page { padding: .75rem; }
  .card { padding: 1rem; }
  table, tbody, tr, th, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { padding: .75rem 0; border-top: 1px solid var(--line); }
  tbody tr:first-child { border-top: 0; padding-top: 0; }
  tbody th, tbody td { border: 0; padding: 0; }
  tbody td { margin-top: .5rem; }
  tbody td::before { content: attr(data-label); display: block; font-size: .8125rem; color: var(--quiet); }
  tbody td[data-label="Close"]::before { content: none; }
}
footer { margin-top: 1rem; }
@media (prefers-reduced-motion: no-preference) { button { transition: background-color .12s, color .12s; } }
@media (forced-colors: active) { .badge, .state { border: 1px solid; } }
)css";

constexpr std::string_view kIcon =
    R"svg(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><g fill="none" stroke="#0b6fb8" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"><circle cx="10" cy="16" r="6"/><path d="M16 16h13v6M23 16v5"/></g></svg>
)svg";

}  // namespace

std::string_view status_style() {
  return kStyle;
}
std::string_view status_icon() {
  return kIcon;
}

}  // namespace proxy
