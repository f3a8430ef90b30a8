// Lists the copies of the page it stands in. Nothing is asked of a network and nothing is read but the page.
// Every text may be a stranger's: it reaches the page as text (textContent, attributes), never as markup.
"use strict";
(() => {
  const ROWS = 100; // so many stand in the page at a time: with ten thousand, typing would stutter
  const at = (id) => document.getElementById(id);
  const report = JSON.parse(at("report").textContent);
  const { words, lang } = report;

  // -- what is said and how ------------------------------------------------------------------------------------------

  const number = new Intl.NumberFormat(lang);
  const clock = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" });
  const collator = new Intl.Collator(lang, { numeric: true, sensitivity: "base" });
  const fill = (text, values) => text.replace(/\$([a-z_]+)/g, (_, name) => values[name]);
  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  function make(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children.filter((child) => child !== null && child !== ""));
    return made;
  }
  const stranger = (text, style = "") => make("bdi", style ? { class: style } : {}, text);
  function time(seconds) {
    if (seconds === null) return "";
    const moment = new Date(seconds * 1000);
    return make("time", { datetime: moment.toISOString() }, clock.format(moment));
  }

  // -- the copies ----------------------------------------------------------------------------------------------------

  const copies = report.copies.map(
    ([recipient, channel, label, tone, began, since, days, id, response, told, lookAgain, ids, timeline, metadata], place) => ({
      place, recipient, channel: words.channel[channel], label: report.labels[label], tone, began, since, days, id, response,
      told: report.told[told], lookAgain, ids, timeline, metadata,
    }));
  const searched = copies.map((copy) => folded([
    copy.recipient, copy.channel, copy.label, copy.response, copy.id, ...copy.ids.map(([, id]) => id), ...copy.metadata,
  ].join("\n")));

  const COLUMNS = {
    recipient: { value: (copy) => copy.recipient },
    channel: { value: (copy) => copy.channel },
    label: { value: (copy) => copy.label },
    began: { value: (copy) => copy.began, dates: true },
    since: { value: (copy) => copy.since, dates: true },
    copy_id: { value: (copy) => copy.id },
    response: { value: (copy) => copy.response },
  };
  report.metadata.forEach((_, n) => { COLUMNS[`metadata.${n}`] = { value: (copy) => copy.metadata[n] }; });

  const headers = [...document.querySelectorAll("[data-column]")];
  const controls = {
    search: at("search"), status: at("status"), days: at("window"), printDetails: at("print-details"), openAll: at("open-all"),
  };
  const open = new Set();
  let sort = { column: "began", descending: true };
  let ordered = [];
  let found = [];
  let first = 0;
  let printing = false;

  function order() {
    const { value, dates } = COLUMNS[sort.column];
    const turn = sort.descending ? -1 : 1;
    const compared = dates ? (a, b) => a - b : collator.compare;
    ordered = copies
      .map((copy) => [value(copy), copy])
      .sort(([a, one], [b, other]) => {
        const missing = (a === null || a === "") - (b === null || b === ""); // what is not known stands last, either way
        return missing || (a === null ? 0 : turn * compared(a, b)) || one.place - other.place;
      })
      .map(([, copy]) => copy);
    for (const button of headers) {
      const header = button.parentElement;
      if (button.dataset.column !== sort.column) header.removeAttribute("aria-sort");
      else header.setAttribute("aria-sort", sort.descending ? "descending" : "ascending");
    }
  }

  function filter() {
    const terms = folded(controls.search.value).split(/\s+/).filter(Boolean);
    const label = controls.status.value;
    const days = Number(controls.days.value);
    found = ordered.filter((copy) =>
      (!label || copy.label === label)
      && (!days || (copy.days && copy.days <= days))
      && terms.every((term) => searched[copy.place].includes(term)));
    first = 0;
  }

  // -- the table -----------------------------------------------------------------------------------------------------

  function render() {
    const here = printing ? found : found.slice(first, first + ROWS);
    const rows = document.createDocumentFragment();
    for (const copy of here) {
      const opened = printing ? controls.printDetails.checked || open.has(copy.place) : open.has(copy.place);
      rows.append(row(copy, opened));
      if (opened) rows.append(details(copy));
    }
    if (!here.length) rows.append(make("tr", { role: "row", class: "none" }, make("td", { role: "cell", colspan: headers.length }, words.list.none)));
    at("copies").replaceChildren(rows);
    at("pages").hidden = found.length <= ROWS;
    at("previous").disabled = first === 0;
    at("next").disabled = first + ROWS >= found.length;
    at("copy-ids").disabled = !found.length;
    at("count").textContent = here.length
      ? fill(words.list.count, { from: number.format(printing ? 1 : first + 1), to: number.format((printing ? 0 : first) + here.length), all: number.format(found.length) })
      : words.list.none;
    const all = here.length > 0 && here.every((copy) => open.has(copy.place));
    controls.openAll.setAttribute("aria-pressed", String(all));
  }

  function row(copy, opened) {
    const toggle = make("button", {
      type: "button", class: "toggle", "aria-expanded": String(opened), "data-place": copy.place,
    }, stranger(copy.recipient));
    if (opened) toggle.setAttribute("aria-controls", `details-${copy.place}`);
    const cells = [
      [toggle, ""],
      [copy.channel, ""],
      [make("span", { class: `label ${copy.tone}` }, stranger(copy.label)), "state"],
      [time(copy.began), "when"],
      [time(copy.since), "when"],
      [copy.id ? stranger(copy.id, "id") : "", ""],
      [copy.response ? stranger(copy.response) : "", ""],
      ...copy.metadata.map((value) => [value ? stranger(value) : "", ""]),
    ];
    return make("tr", { role: "row", class: opened ? "copy open" : "copy" }, ...cells.map(([content, style], n) =>
      make("td", { role: "cell", class: style, "data-title": headers[n].textContent }, content)));
  }

  // -- what stands below a row ---------------------------------------------------------------------------------------

  const part = (title, ...content) => make("section", {}, make("h4", {}, title), ...content);
  const list = (tag, texts) => make(tag, {}, ...texts.map((text) => make("li", {}, text)));
  const facts = (pairs) => make("dl", { class: "facts" }, ...pairs.flatMap(([name, ...content]) =>
    [make("dt", {}, name), make("dd", {}, ...content)]));

  function details(copy) {
    const { headline, meaning, steps, caveats, certainty, final, acts } = copy.told;
    const left = make("div", {},
      make("section", {}, make("h3", {}, headline), make("p", {}, meaning)),
      steps.length ? part(words.details.next_steps, list("ol", steps)) : null,
      caveats.length ? part(words.details.caveats, list("ul", caveats)) : null,
      facts([
        [words.details.certainty, words.certainty[certainty]],
        [words.details.who_acts, words.party[acts]],
        [words.details.final, final ? words.details.yes : words.details.no],
        ...(copy.lookAgain === null ? [] : [[words.details.look_again, time(copy.lookAgain)]]),
      ]));
    const groups = Object.entries(words.groups).map(([group, title]) => {
      const seen = copy.timeline.filter(([of]) => of === group);
      return seen.length ? part(title, make("ol", { class: "timeline" }, ...seen.map(happened))) : null;
    });
    const right = make("div", {},
      ...(copy.timeline.length ? groups : [part(words.details.timeline, make("p", {}, words.details.nothing))]),
      copy.ids.length ? part(words.details.ids, facts(copy.ids.map(([name, id]) => [words.details[name], stranger(id, "id"), copier(name, id)]))) : null);
    const cell = make("td", { role: "cell", colspan: headers.length }, make("div", { class: "told" }, left, right));
    return make("tr", { role: "row", class: "details", id: `details-${copy.place}` }, cell);
  }

  function happened([, last, start, text, said, links, answers]) {
    const quoted = (title, texts, style) => texts.map((each) =>
      make("span", { class: "said" }, make("b", {}, title), stranger(each, style)));
    return make("li", {},
      last === null ? make("span", { class: "at" }, words.details.no_time) : time(last),
      make("span", {}, report.texts[text]),
      start === null ? null : make("span", { class: "at" }, fill(words.details.first, { time: time(start).textContent })),
      ...quoted(words.details.answer, answers, ""),
      ...quoted(words.details.words, said, "words"),
      ...quoted(words.details.link, links, "words"));
  }

  // -- copying -------------------------------------------------------------------------------------------------------

  const copier = (name, id) => make("button", {
    type: "button", "data-copied": id, "aria-label": `${fill(words.details.copy, { what: words.details[name] })}: ${id}`,
  }, words.details.copy_short);

  async function toClipboard(texts) {
    const text = texts.join("\n");
    let worked = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch { // not allowed, or not there: a page from a disk may have none
      worked = copiedByHand(text);
    }
    at("copied").textContent = worked ? fill(words.list.copied, { number: number.format(texts.length) }) : words.list.not_copied;
  }

  function copiedByHand(text) {
    const before = document.activeElement;
    const field = make("textarea", { class: "unseen", readonly: "", tabindex: "-1", "aria-hidden": "true" });
    field.value = text;
    document.body.append(field);
    field.select();
    const worked = document.execCommand("copy");
    field.remove();
    before?.focus();
    return worked;
  }

  // -- what people do ------------------------------------------------------------------------------------------------

  function show() {
    filter();
    render();
    for (const view of document.querySelectorAll("[data-days]")) view.hidden = view.dataset.days !== controls.days.value;
  }

  function turnTo(start) {
    first = start;
    render();
    at("list").scrollIntoView();
  }

  function flip(place) {
    if (!open.delete(place)) open.add(place);
    render();
    at("copies").querySelector(`[data-place="${place}"]`).focus();
  }

  const form = at("search").form;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", show);
  form.addEventListener("reset", () => setTimeout(show)); // the fields are emptied after this
  for (const button of headers) {
    button.addEventListener("click", () => {
      const { column } = button.dataset;
      sort = { column, descending: column === sort.column ? !sort.descending : Boolean(COLUMNS[column].dates) };
      order();
      show();
    });
  }
  at("summary").addEventListener("click", (event) => {
    const button = event.target.closest(".pick");
    if (!button) return;
    controls.status.value = button.dataset.label;
    show();
    at("list").focus();
  });
  at("copies").addEventListener("click", (event) => {
    const copied = event.target.closest("[data-copied]");
    if (copied) { toClipboard([copied.dataset.copied]); return; }
    const toggle = event.target.closest("tr.copy")?.querySelector(".toggle");
    if (toggle && (event.target.closest(".toggle") || getSelection().isCollapsed)) flip(Number(toggle.dataset.place));
  });
  at("previous").addEventListener("click", () => turnTo(first - ROWS));
  at("next").addEventListener("click", () => turnTo(first + ROWS));
  at("copy-ids").addEventListener("click", () => toClipboard(found.map((copy) => copy.id).filter(Boolean)));
  controls.openAll.addEventListener("click", () => {
    const close = controls.openAll.getAttribute("aria-pressed") === "true";
    for (const copy of found.slice(first, first + ROWS)) {
      if (close) open.delete(copy.place);
      else open.add(copy.place);
    }
    render();
  });

  // Paper has no buttons: everything that was found is on it.
  function print(now) {
    if (printing === now) return;
    printing = now;
    render();
  }
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
  matchMedia("print").addEventListener("change", (event) => print(event.matches));

  at("zone").textContent = fill(words.page.zone, { zone: clock.resolvedOptions().timeZone });
  for (const each of document.querySelectorAll("header time")) each.replaceWith(time(Date.parse(each.dateTime) / 1000));
  order();
  show();
})();
