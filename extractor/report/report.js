"use strict";
// Everything that a document says reaches the page as text nodes only; nothing here makes markup out of text.
(() => {
  document.documentElement.classList.add("script");
  const byId = (id) => document.getElementById(id);

  // ---- charts

  const INK = "#1c2733", SOFT = "#55626f", LINE = "#d9dee3";
  const FONT = getComputedStyle(document.body).fontFamily;
  const SHADES = {
    one: "#1f4e79", fiscal: "#1f4e79", special_account: "#d08a1d", other: "#4f8f86", unknown: "#aab3bc", conflict: "#b0243a",
    numeric: "#1f4e79", dated: "#4f8f86", formula: "#d08a1d", qualitative: "#c7803f", withheld: "#7d5a9b",
    not_applicable: "#c3cad1", empty: "#d9dee3", decision: "#8a4b08", information: "#8fa6bd",
  };
  const PRINT_WIDTH = 680;
  const drawn = [];

  function shortened(text, width) {
    let room = width;
    let cut = "";
    for (const character of text.replace(/\s+/g, " ")) {
      room -= lengthOf(character);
      if (room < 1) return `${cut}…`;
      cut += character;
    }
    return cut;
  }

  const lengthOf = (text) => Array.from(text).reduce((sum, character) => sum + (character.charCodeAt(0) < 256 ? 0.58 : 1), 0);

  // Lines that the legend takes, as the library breaks them.
  function legendLines(chart, width) {
    const size = width < 520 ? 11 : 13;
    let lines = 1;
    let at = 0;
    for (const one of chart.series) {
      const needs = 18 + 5 + lengthOf(one.name) * size + 14;
      if (at && at + needs > width - 10) {
        lines += 1;
        at = 0;
      }
      at += needs;
    }
    return lines;
  }

  const heightOf = (chart, width) => chart.names.length * 30 + (chart.series.length > 1 ? legendLines(chart, width) * 22 + 26 : 12);

  function options(chart, width) {
    const narrow = width < 520;
    const size = narrow ? 11 : 13;
    const names = Math.min(narrow ? 9 : 20, Math.max(...chart.names.map((name) => name.length)) + 1);
    const stacked = chart.series.length > 1;
    const longest = Math.max(0, ...chart.totals.map((text) => text.length));
    const ends = (sign) => chart.names.map((_, bar) => chart.series.reduce((sum, one) => sum + sign * Math.max(0, sign * one.values[bar]), 0));
    const text = { fontFamily: FONT, fontSize: size, color: INK };
    const series = chart.series.map((one) => ({
      name: one.name, type: "bar", stack: "all", data: one.values, barMaxWidth: 22, itemStyle: { color: SHADES[one.shade] },
      emphasis: { disabled: true }, animation: false,
    }));
    if (chart.totals.length) {
      // A bar of no length carries the text at the end of the whole row.
      series.push({
        name: "", type: "bar", stack: "all", stackStrategy: "positive", data: chart.names.map(() => 0), silent: true, animation: false,
        label: { ...text, show: true, position: "right", formatter: (bar) => chart.totals[bar.dataIndex] },
      });
    }
    return {
      animation: false,
      aria: { enabled: true, label: { enabled: false }, decal: { show: stacked } },
      textStyle: text,
      grid: { left: 4, right: longest * size * 0.62 + 14, top: stacked ? legendLines(chart, width) * 22 + 18 : 4, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      legend: { show: stacked, top: 0, left: 0, itemGap: 14, itemWidth: 18, itemHeight: 12, textStyle: text, selectedMode: false, data: chart.series.map((one) => one.name) },
      tooltip: {
        trigger: "axis", axisPointer: { type: "shadow" }, renderMode: "richText", confine: true, backgroundColor: "#fff",
        borderColor: LINE, textStyle: text,
        formatter: (bars) => [
          shortened(chart.names[bars[0].dataIndex], 30),
          ...chart.series.filter((one) => one.values[bars[0].dataIndex]).map((one) => `${one.name}  ${one.texts[bars[0].dataIndex]}`),
        ].join("\n").replaceAll("{", "｛"),
      },
      xAxis: { type: "value", show: false, min: Math.min(0, ...ends(-1)), max: Math.max(...ends(1)) || 1 },
      yAxis: {
        type: "category", inverse: true, data: chart.names, axisTick: { show: false }, axisLine: { lineStyle: { color: SOFT } },
        axisLabel: { ...text, interval: 0, formatter: (name) => shortened(name, names) },
      },
      series,
    };
  }

  function draw(element, chart) {
    const made = echarts.init(element, null, { renderer: "svg", width: PRINT_WIDTH, height: heightOf(chart, PRINT_WIDTH) });
    const fit = (width) => {
      const height = heightOf(chart, width);
      element.style.height = `${height}px`;
      made.resize({ width, height });
      made.setOption(options(chart, width), true);
    };
    fit(element.clientWidth || PRINT_WIDTH);
    drawn.push({ element, fit });
  }

  const charts = JSON.parse(byId("chart-data").textContent);
  for (const element of document.querySelectorAll(".chart")) draw(element, charts[element.dataset.chart]);
  let resizing = 0;
  addEventListener("resize", () => {
    clearTimeout(resizing);
    resizing = setTimeout(() => drawn.forEach(({ element, fit }) => fit(element.clientWidth)), 150);
  });
  addEventListener("beforeprint", () => drawn.forEach(({ fit }) => fit(PRINT_WIDTH)));
  addEventListener("afterprint", () => drawn.forEach(({ element, fit }) => fit(element.clientWidth)));

  // ---- the list of projects

  const holder = byId("list-data");
  if (!holder) return;
  const PAGE = 50;
  const [ID, NAME, UNIT, DOCUMENT, PLACE, YUAN, AMOUNT, STANDING, WITHHELD, STATUS, FLAGS, CHECK, INDICATORS, ORDINAL] = Array(14).keys();
  const STANDINGS = ["counted", "no_total", "unknown_unit", "no_amount", "repeated", "same_file", "failed"];
  const loading = byId("loading");

  function say(text, facts) {
    return text.replace(/\{(\w+)\}/g, (whole, key) => (key in facts ? String(facts[key]) : whole));
  }

  function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(properties)) {
      if (key in element) element[key] = value;
      else element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  }

  const count = (number) => number.toLocaleString("en-US");

  async function unpacked(text) {
    const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  // What is searched: no white space, as a source's lines are broken anywhere; widths and case made equal.
  const squashed = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");

  function grouped(amount) {
    const [whole, fraction] = amount.split(".");
    const digits = whole.replace(/\B(?=(\d{3})+$)/g, ",");
    return fraction === undefined ? digits : `${digits}.${fraction}`;
  }

  // Yuan as a whole number of hundred-millionths, so that sums are exact; no amount has more decimals in yuan.
  function scaled(yuan) {
    const [whole, fraction = ""] = yuan.split(".");
    return BigInt(whole + fraction.padEnd(8, "0").slice(0, 8));
  }

  function wan(units) {
    const step = 10n ** 10n; // 0.01 万元 is 100 yuan
    const rounded = (units + (units < 0n ? -step : step) / 2n) / step;
    const sign = rounded < 0n ? "-" : "";
    const digits = String(rounded < 0n ? -rounded : rounded).padStart(3, "0");
    return `${sign}${grouped(digits.slice(0, -2))}.${digits.slice(-2)}`;
  }

  async function main() {
    if (typeof DecompressionStream === "undefined") throw new Error("too old");
    const data = await unpacked(holder.textContent);
    holder.remove();
    const w = data.words;
    const rows = data.rows;
    const codes = data.codes;
    const names = rows.map((row) => squashed([row[NAME], data.units[row[UNIT]], data.documents[row[DOCUMENT]], row[ID]].join("\n")));
    const texts = new Array(rows.length).fill("");
    const details = new Array(rows.length).fill(null);
    const positions = new Map(rows.map((row, position) => [row[ID], position]));
    const table = byId("projects");
    const body = table.tBodies[0];
    const tools = byId("tools");
    const only = { unit: null, document: null };
    const opened = new Set();
    let found = rows.map((_, position) => position);
    let page = 0;

    // -- searching and sorting

    const collator = new Intl.Collator("zh-CN", { numeric: true });
    const amountOf = (row) => (row[YUAN] === null ? null : Number(row[YUAN]));
    const KEYS = {
      amount: amountOf,
      check: (row) => row[CHECK],
      indicators: (row) => row[INDICATORS],
      name: (row) => row[NAME] || null,
      unit: (row) => data.units[row[UNIT]] || null,
    };

    function compare(key, direction) {
      const of = KEYS[key];
      const sign = direction === "-" ? -1 : 1;
      return (one, other) => {
        const [left, right] = [of(rows[one]), of(rows[other])];
        // What is not known stands last in either direction.
        if (left === null || right === null) return (left === null) - (right === null) || one - other;
        const order = typeof left === "string" ? collator.compare(left, right) : left - right;
        return order * sign || one - other;
      };
    }

    function search() {
      const words = byId("q").value.split(/\s+/).map(squashed).filter(Boolean);
      const status = byId("by-status").value;
      const standing = STANDINGS.indexOf(byId("by-standing").value);
      const code = codes.findIndex(([name]) => name === byId("by-flag").value);
      const withheld = byId("by-withheld").checked;
      const fits = (row, position) =>
        (!status || row[STATUS] === status) && (standing < 0 || row[STANDING] === standing) &&
        (code < 0 || row[FLAGS].includes(code)) && (!withheld || row[WITHHELD]) &&
        (only.unit === null || row[UNIT] === only.unit) && (only.document === null || row[DOCUMENT] === only.document) &&
        words.every((word) => names[position].includes(word) || texts[position].includes(word));
      found = [];
      rows.forEach((row, position) => {
        if (fits(row, position)) found.push(position);
      });
      const order = byId("order").value;
      if (order) found.sort(compare(order.slice(0, -1), order.slice(-1)));
      for (const head of table.tHead.rows[0].cells) {
        const is = order.slice(0, -1) === head.dataset.sort;
        head.setAttribute("aria-sort", is ? (order.endsWith("-") ? "descending" : "ascending") : "none");
      }
      page = 0;
      show();
    }

    // -- the table

    function show() {
      const pages = Math.max(1, Math.ceil(found.length / PAGE));
      page = Math.min(page, pages - 1);
      body.replaceChildren(...found.slice(page * PAGE, (page + 1) * PAGE).flatMap(lines));
      if (!found.length) body.append(make("tr", {}, make("td", { colSpan: 5 }, w.nothing_found)));
      const counted = found.filter((position) => rows[position][STANDING] === 0);
      const sum = counted.reduce((total, position) => total + scaled(rows[position][YUAN]), 0n);
      byId("found").textContent = say(w.found, { found: count(found.length), all: count(rows.length), counted: count(counted.length), amount: wan(sum) });
      byId("page").textContent = say(w.pages, { page: count(page + 1), pages: count(pages) });
      byId("previous").disabled = page === 0;
      byId("next").disabled = page >= pages - 1;
      const chips = [];
      if (only.unit !== null) chips.push(chip("unit", say(w.filter_unit, { name: data.units[only.unit] || w.unnamed_unit })));
      if (only.document !== null) chips.push(chip("document", say(w.filter_document, { name: data.documents[only.document] })));
      byId("chips").replaceChildren(...chips);
    }

    function chip(key, text) {
      const button = make("button", { type: "button", className: "chip", "aria-label": `${text} · ${w.remove}` }, `${text} ×`);
      button.addEventListener("click", () => {
        only[key] = null;
        search();
        byId("q").focus();
      });
      return button;
    }

    const tag = (text, extra = "") => make("span", { className: `tag ${extra}` }, text);
    const detail = (...children) => make("span", { className: "detail" }, ...children);

    function lines(position) {
      const row = rows[position];
      const isOpen = opened.has(position);
      const opener = make("button", { type: "button", className: "opener", "aria-expanded": String(isOpen), id: `o-${row[ID]}` }, row[NAME] || w.unnamed);
      const where = [data.documents[row[DOCUMENT]], row[PLACE]].filter(Boolean).join(" · ");
      const line = make(
        "tr", {},
        make("th", { scope: "row" }, opener, row[WITHHELD] ? " " : "", row[WITHHELD] ? tag(w.is_withheld) : "",
          row[CHECK] ? " " : "", row[CHECK] ? tag(say(w.to_check, { count: row[CHECK] }), "check") : "", detail(where)),
        make("td", { className: "roomy" }, data.units[row[UNIT]] || "—"),
        make("td", { className: "n" }, row[AMOUNT] || "—", row[STANDING] ? detail(data.standings[row[STANDING]]) : ""),
        make("td", { className: "n roomy" }, count(row[INDICATORS])),
        make("td", { className: "roomy" }, data.status[row[STATUS]]),
      );
      opener.addEventListener("click", () => toggle(position, opener, line));
      return isOpen ? [line, sheet(position)] : [line];
    }

    function toggle(position, opener, line) {
      const open = !opened.has(position);
      opener.setAttribute("aria-expanded", String(open));
      if (open) {
        opened.add(position);
        line.after(sheet(position));
      } else {
        opened.delete(position);
        line.nextElementSibling.remove();
      }
    }

    // -- one project

    function grid(head, cells, numbers = []) {
      const mark = (index) => (numbers.includes(index) ? "n" : head[index] === w.number ? "slim" : "");
      return make("div", { className: "wide", tabIndex: 0, role: "region", "aria-label": head[0] }, make(
        "table", {},
        make("thead", {}, make("tr", {}, ...head.map((text, index) => make("th", { scope: "col", className: mark(index) }, text)))),
        make("tbody", {}, ...cells.map((line) => make("tr", {}, ...line.map((text, index) => make("td", { className: mark(index) }, text ?? "—"))))),
      ));
    }

    function marked(source, runs) {
      if (!runs.length) return [source];
      const characters = Array.from(source);
      const pieces = [];
      let at = 0;
      for (let index = 0; index < runs.length; index += 2) {
        const text = characters.slice(at, at + runs[index]).join("");
        at += runs[index];
        pieces.push(runs[index + 1] ? make("mark", { className: `m${runs[index + 1]}` }, text) : text);
      }
      return pieces;
    }

    function sheet(position) {
      const row = rows[position];
      const cell = make("td", { colSpan: 5 });
      const line = make("tr", { className: "open" }, cell);
      fill(cell, row, details[position]);
      if (!details[position]) cell.dataset.waits = position;
      return line;
    }

    function fill(cell, row, known) {
      const inside = make("div", { className: "sheet" });
      cell.replaceChildren(inside);
      if (!known) {
        inside.append(w.loading_one);
        return;
      }
      const [goal, amounts, indicators, flags, attributes, source, runs] = known;
      const heading = (text) => make("h4", {}, text);
      inside.append(make("p", { className: "note" }, `${say(w.place, { file: data.documents[row[DOCUMENT]], ordinal: row[ORDINAL] })} · ${say(w.record, { id: row[ID] })}`));
      if (flags.length) {
        inside.append(heading(w.flags), make("ul", {}, ...flags.map(([code, where, text, place]) => make("li", {}, make("b", {}, codes[code][1]), ` · ${where}：${text}`, detail(place)))));
      }
      if (amounts.length) inside.append(heading(w.amounts), grid([w.column, w.amount_printed, w.amount_yuan], amounts.map(([label, printed, yuan]) => [label, printed, yuan === null ? w.unknown_unit_short : grouped(yuan)]), [1, 2]));
      if (goal) inside.append(heading(w.goal), make("p", {}, goal));
      if (indicators.length) {
        const cells = indicators.map(([number, level1, level2, name, annual, cycle, more, kind]) => [
          number, [level1, level2].filter(Boolean).join(" / ") || null, name, [annual, more].filter(Boolean).join(" · ") || null, cycle, kind === null ? null : data.kinds[kind],
        ]);
        const head = [w.number, w.by_category, w.indicator, w.annual, w.cycle, w.kind];
        const used = head.map((_, index) => cells.some((line) => line[index] !== null));
        const keep = (line) => line.filter((_, index) => used[index]);
        inside.append(heading(w.indicators), grid(keep(head), cells.map(keep)));
      }
      if (attributes.length) inside.append(heading(w.attributes), grid([w.column, w.amount_printed], attributes));
      inside.append(heading(w.source_text));
      if (runs.length) {
        const kinds = ["", w.mark_name, w.mark_amount, w.mark_goal, w.mark_indicator, w.mark_value, w.mark_other];
        const used = [...new Set(runs.filter((_, index) => index % 2))].filter(Boolean).sort();
        inside.append(make("ul", { className: "legend" }, make("li", {}, w.source_legend), ...used.map((kind) => make("li", {}, make("mark", { className: `m${kind}` }, kinds[kind])))));
      }
      inside.append(make("div", { className: "source", tabIndex: 0, role: "region", "aria-label": w.source_text }, ...marked(source, runs)));
    }

    // -- tools

    function filtered(filters) {
      tools.reset();
      only.unit = filters.unit === undefined ? null : Number(filters.unit);
      only.document = filters.document === undefined ? null : Number(filters.document);
      byId("by-status").value = filters.status ?? "";
      byId("by-flag").value = filters.flag ?? "";
      byId("by-standing").value = filters.standing ?? "";
      byId("by-withheld").checked = Boolean(filters.withheld);
      search();
    }

    function reveal(id) {
      const position = positions.get(id);
      if (position === undefined) return;
      filtered({});
      opened.add(position);
      page = Math.floor(position / PAGE);
      show();
      const opener = byId(`o-${id}`);
      opener.scrollIntoView({ block: "start" });
      opener.focus({ preventScroll: true });
    }

    function csv() {
      const field = (value) => {
        const text = String(value ?? "");
        // A spreadsheet program would take these for formulas.
        const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
        return `"${safe.replaceAll('"', '""')}"`;
      };
      const head = [w.project, w.unit, w.amount_yuan, w.standing, w.is_withheld, w.status, w.count_indicators, w.document, "id"];
      const all = found.map((position) => {
        const row = rows[position];
        return [row[NAME], data.units[row[UNIT]], row[YUAN], data.standings[row[STANDING]], row[WITHHELD] ? w.is_withheld : "", data.status[row[STATUS]], row[INDICATORS], data.documents[row[DOCUMENT]], row[ID]];
      });
      const text = [head, ...all].map((line) => line.map(field).join(",")).join("\r\n");
      const link = make("a", { href: URL.createObjectURL(new Blob(["\ufeff", text, "\r\n"], { type: "text/csv" })), download: "projects-found.csv" });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    }

    let typing = 0;
    tools.addEventListener("submit", (event) => event.preventDefault());
    function soon() {
      clearTimeout(typing);
      typing = setTimeout(search, 120);
    }
    tools.addEventListener("input", soon);
    // Leaving the field changes nothing that was not searched already, and a list made anew would lose the focus.
    tools.addEventListener("change", (event) => event.target.type === "search" || soon());
    byId("clear").addEventListener("click", () => filtered({}));
    byId("save").addEventListener("click", csv);
    for (const [id, step] of [["previous", -1], ["next", 1]]) {
      byId(id).addEventListener("click", () => {
        page += step;
        show();
        byId("found").scrollIntoView({ block: "start" });
      });
    }
    for (const head of table.tHead.rows[0].cells) {
      const button = make("button", { type: "button" }, head.textContent);
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const key = head.dataset.sort;
        const text = key === "name" || key === "unit";
        const ways = text ? ["+", "-"] : ["-", "+"];
        const now = byId("order").value;
        const next = now === key + ways[0] ? key + ways[1] : now === key + ways[1] ? "" : key + ways[0];
        if (![...byId("order").options].some((option) => option.value === next)) {
          byId("order").append(make("option", { value: next, hidden: true }, head.textContent));
        }
        byId("order").value = next;
        search();
      });
    }
    document.addEventListener("click", (event) => {
      const link = event.target.closest('a[href="#list"]');
      if (!link || !Object.keys(link.dataset).length) return;
      filtered(link.dataset);
      byId("h-list").focus({ preventScroll: true });
    });
    addEventListener("hashchange", () => location.hash.startsWith("#p-") && reveal(location.hash.slice(3)));
    document.addEventListener("click", (event) => {
      // The same project again changes no hash.
      const link = event.target.closest('a[href^="#p-"]');
      if (link && link.hash === location.hash) reveal(link.hash.slice(3));
    });

    show();
    if (location.hash.startsWith("#p-")) reveal(location.hash.slice(3));

    // -- the texts, piece after piece, so that the page can be used meanwhile

    let at = 0;
    for (const piece of document.querySelectorAll("script.piece")) {
      loading.textContent = say(w.loading, { done: count(at), all: count(rows.length) });
      for (const known of await unpacked(piece.textContent)) {
        details[at] = known;
        const [goal, , indicators, , attributes, source] = known;
        // Fields as well as the source: a wrapped value is found as it was printed and as it was joined.
        texts[at] = squashed([source, goal, ...indicators.map((one) => one.slice(1, 6).join("\n")), ...attributes.map((one) => one.join(""))].join("\n"));
        at += 1;
      }
      piece.remove();
      for (const cell of document.querySelectorAll("td[data-waits]")) {
        const position = Number(cell.dataset.waits);
        if (!details[position]) continue;
        delete cell.dataset.waits;
        fill(cell, rows[position], details[position]);
      }
    }
    if (at !== rows.length) throw new Error("pieces are missing");
    loading.textContent = "";
    if (byId("q").value) search();
    document.documentElement.dataset.ready = "yes";
  }

  main().catch((error) => {
    const old = typeof DecompressionStream === "undefined";
    loading.className = "notice";
    loading.textContent = old ? loading.dataset.old : loading.dataset.broken;
    loading.dataset.reason = String(error);
  });
})();
