"use strict";

const NONE = 65535, LEVELS = 65534, BAR = 19, AROUND = 500;
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(name).trim();
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const seconds = (ms) => (ms / 1000).toFixed(2) + " s";
const short = (value) => (value === 0 ? "0" : String(Number(value.toPrecision(4))));

/** Index of the last of the ascending `times` not after `ms`; 0 if all are. */
function lastUntil(times, ms) {
  let low = 0, high = times.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (times[middle] <= ms) low = middle; else high = middle - 1;
  }
  return low;
}

function decoded(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Uint16Array.from({ length: bytes.length / 2 }, (_, i) => view.getUint16(2 * i, true));
}

/** The canvas at the screen's own resolution, its context in CSS pixels. */
function prepared(canvas) {
  const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  return [context, width, height];
}

class Plot {
  constructor(track, data, end) {
    this.canvas = track.querySelector("canvas");
    this.readout = track.querySelector(".readout");
    Object.assign(this, { data, end, levels: decoded(data.levels), near: -1 });
    this.count = data.times.length;
  }

  low(axis, i) { return this.levels[2 * axis * this.count + i]; }
  high(axis, i) { return this.levels[(2 * axis + 1) * this.count + i]; }
  ink(axis) {
    const all = this.data.axes.length;
    return `hsl(${Math.round(215 + (axis * 300) / Math.max(1, all))} 62% ${colour("--lightness")})`;
  }

  draw() {
    const [context, width, height] = prepared(this.canvas);
    const axes = this.data.axes.length, crowd = axes > 6 ? 0.62 : 0.9;
    if (!this.data.centred) this.zero(context, width, height);
    for (let axis = 0; axis < axes; axis++) {
      if (axis === this.near) continue;
      context.globalAlpha = this.near < 0 ? crowd : 0.22;
      this.line(context, axis, width, height, 1.1);
    }
    context.globalAlpha = 1;
    if (this.near >= 0) this.line(context, this.near, width, height, 2.2);
  }

  zero(context, width, height) {
    const [low, high] = this.data.scales[0] || [0, 0];
    if (low >= 0 || high <= 0 || this.data.scales.some((s) => s[0] !== low || s[1] !== high)) return;
    const y = Math.round(4 + (height - 8) * (1 - -low / (high - low))) + 0.5;
    context.strokeStyle = colour("--line");
    context.beginPath(); context.moveTo(0, y); context.lineTo(width, y); context.stroke();
  }

  line(context, axis, width, height, thick) {
    context.strokeStyle = this.ink(axis);
    context.lineWidth = thick;
    context.lineJoin = "round";
    const y = (level) => 4 + (height - 8) * (1 - level / LEVELS);
    let drawing = false;
    context.beginPath();
    for (let i = 0; i < this.count; i++) {
      const low = this.low(axis, i), high = this.high(axis, i), x = (width * this.data.times[i]) / this.end;
      if (low === NONE) { drawing = false; continue; }
      if (drawing) context.lineTo(x, y(high)); else context.moveTo(x, y(high));
      if (low !== high) context.lineTo(x, y(low));
      drawing = true;
    }
    context.stroke();
    this.gaps(context, axis, width, height);
  }

  /** Marks stretches without any finite value at the panel's foot. */
  gaps(context, axis, width, height) {
    context.fillStyle = colour("--defect");
    for (let i = 0; i < this.count; i++) {
      if (this.low(axis, i) !== NONE) continue;
      context.fillRect((width * this.data.times[i]) / this.end - 1.5, height - 6, 3, 6);
    }
  }

  /** The line nearest to a point of the panel, or -1. */
  nearest(ms, y) {
    const i = lastUntil(this.data.times, ms), height = this.canvas.clientHeight;
    const level = LEVELS * (1 - (y - 4) / (height - 8));
    let best = -1, distance = Infinity;
    this.data.axes.forEach((_, axis) => {
      const low = this.low(axis, i), high = this.high(axis, i);
      if (low === NONE) return;
      const off = level > high ? level - high : level < low ? low - level : 0;
      if (off < distance) [best, distance] = [axis, off];
    });
    return best;
  }

  point(axis) {
    if (axis === this.near) return;
    this.near = axis;
    this.draw();
  }

  at(ms) {
    const axes = this.near >= 0 ? [this.near] : this.data.axes.length <= 3 ? this.data.axes.map((_, i) => i) : [];
    const i = lastUntil(this.data.times, ms);
    this.readout.textContent = axes.map((axis) => `${this.data.axes[axis]} ${this.value(axis, i)}`).join(" · ");
  }

  value(axis, i) {
    if (!this.count || this.low(axis, i) === NONE) return "not a number";
    const [low, high] = this.data.scales[axis];
    const from = (level) => short(low + (high - low) * (level / LEVELS));
    const a = from(this.low(axis, i)), b = from(this.high(axis, i));
    return a === b ? a : `${a} to ${b}`;
  }
}

class Camera {
  constructor(figure, track, data, end) {
    [this.view, this.earlier, this.later] = [".view", ".earlier canvas", ".later canvas"].map((name) => figure.querySelector(name));
    this.where = figure.querySelector(".where");
    this.film = track.querySelector("canvas");
    Object.assign(this, { data, end, image: null, shown: new Map() });
  }

  async load() {
    if (!this.data.jpeg) { this.where.textContent = "no picture"; return; }
    this.image = new Image();
    this.image.src = "data:image/jpeg;base64," + this.data.jpeg;
    await this.image.decode();
    for (const canvas of [this.view, this.earlier, this.later]) {
      canvas.width = this.data.width * 2;
      canvas.height = this.data.height * 2;
    }
  }

  draw() {
    const [context, width, height] = prepared(this.film);
    if (!this.image) return;
    const wide = (height * this.data.width) / this.data.height, tiles = Math.ceil(width / wide);
    for (let tile = 0; tile < tiles; tile++) {
      const middle = (this.end * (tile + 0.5) * wide) / width;
      this.paint(context, lastUntil(this.data.times, middle), tile * wide, 0, wide - 1, height);
    }
  }

  paint(context, picture, x, y, width, height) {
    const { columns, width: w, height: h } = this.data;
    context.drawImage(this.image, (picture % columns) * w, Math.floor(picture / columns) * h, w, h, x, y, width, height);
  }

  put(canvas, picture) {
    if (picture === this.shown.get(canvas)) return;
    this.shown.set(canvas, picture);
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    this.paint(context, picture, 0, 0, canvas.width, canvas.height);
  }

  /** The picture at the cursor, between those half a second before and after: a frozen one shows at a glance. */
  at(ms) {
    if (!this.image) return;
    const picture = lastUntil(this.data.times, ms);
    this.put(this.view, picture);
    this.put(this.earlier, lastUntil(this.data.times, ms - AROUND));
    this.put(this.later, lastUntil(this.data.times, ms + AROUND));
    this.where.textContent = `frame ${this.data.frames[picture]} · ${seconds(this.data.times[picture])}`;
  }
}

class Episode {
  constructor(section) {
    const find = (selector) => section.querySelector(selector);
    const all = (selector) => [...section.querySelectorAll(selector)];
    this.data = JSON.parse(find('script[type="application/json"]').textContent);
    Object.assign(this, { section, end: this.data.end, ms: 0, playing: 0, current: -1 });
    [this.tracks, this.cursor, this.scrub, this.now, this.play, this.bars, this.ruler] =
      [".tracks", ".cursor", ".scrub", ".now", ".play", ".bars", ".ruler"].map(find);
    const strips = all(".strip"), signals = all(".signal");
    this.cameras = all("figure").map((f, i) => new Camera(f, strips[i], this.data.cameras[i], this.end));
    this.plots = signals.map((track, i) => new Plot(track, this.data.plots[i], this.end));
    this.cards = all(".card").map((card) => ({
      card,
      severity: card.classList[1],
      name: card.querySelector("code").textContent,
      spans: [...card.querySelectorAll(".span")],
    }));
    this.places();
    this.listen();
  }

  /** Findings become bars, each rule's on a lane of its own, whole-episode ones as outlines. */
  places() {
    this.stops = [];
    this.cards.forEach(({ card, severity, name, spans }, lane) => {
      const parts = spans.length ? spans.map((s) => [+s.dataset.start, +s.dataset.end]) : [[0, this.end]];
      parts.forEach(([start, end], part) => {
        const bar = document.createElement("button");
        bar.type = "button";
        bar.className = `bar ${severity}${spans.length ? "" : " whole"}`;
        bar.style.top = `${lane * BAR}px`;
        bar.style.left = `${clamp((100 * start) / this.end, 0, 99.5)}%`;
        bar.style.width = `${(100 * (clamp(end, 0, this.end) - clamp(start, 0, this.end))) / this.end}%`;
        bar.textContent = part ? "" : name.split("@")[0];
        const message = card.querySelector("h3").textContent;
        bar.title = message;
        bar.setAttribute("aria-label", `${severity} ${name}, ${seconds(start)} to ${seconds(end)}: ${message}`);
        this.bars.append(bar);
        const stop = { card, severity, start, end, whole: !spans.length };
        this.stops.push(stop);
        bar.addEventListener("click", (event) => { event.stopPropagation(); this.jump(stop); });
        if (spans[part]) spans[part].addEventListener("click", () => this.jump(stop));
      });
    });
    this.bars.style.height = `${Math.max(1, this.cards.length) * BAR}px`;
    if (!this.cards.length) this.bars.append(Object.assign(document.createElement("span"), { className: "none", textContent: "none" }));
  }

  listen() {
    this.scrub.max = String(this.end);
    this.scrub.step = String(Math.max(1, Math.round(this.data.fps ? 1000 / this.data.fps : 33)));
    this.scrub.addEventListener("input", () => { this.stop(); this.at(+this.scrub.value); });
    this.play.addEventListener("click", () => (this.playing ? this.stop() : this.start()));
    const to = (event) => {
      const box = this.tracks.getBoundingClientRect();
      this.at((this.end * clamp(event.clientX - box.left, 0, box.width)) / box.width);
      this.touch(event);
    };
    this.tracks.addEventListener("pointermove", (event) => { if (!this.playing) to(event); });
    this.tracks.addEventListener("pointerdown", (event) => {
      if (event.target.closest("button, summary, table")) return;
      this.stop(); to(event);
    });
    this.tracks.addEventListener("pointerleave", () => this.plots.forEach((plot) => plot.point(-1)));
    new ResizeObserver(() => this.draw()).observe(this.tracks);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  touch(event) {
    for (const plot of this.plots) {
      const inside = event.target === plot.canvas && plot.data.axes.length > 1;
      plot.point(inside ? plot.nearest(this.ms, event.offsetY) : -1);
      plot.at(this.ms);
    }
  }

  async load() {
    await Promise.all(this.cameras.map((camera) => camera.load()));
    this.draw();
    const first = this.stops.find((stop) => stop.severity === "defect" && !stop.whole);
    if (first) this.jump(first, false); else this.at(0);
    this.section.dataset.ready = "yes";
  }

  draw() {
    if (!this.tracks.clientWidth) return;
    this.drawRuler();
    this.cameras.forEach((camera) => camera.draw());
    this.plots.forEach((plot) => plot.draw());
  }

  drawRuler() {
    const [context, width, height] = prepared(this.ruler);
    const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
    const step = 1000 * (steps.find((s) => (width * s * 1000) / this.end >= 64) || 7200);
    context.font = "11px " + style.fontFamily;
    context.fillStyle = colour("--soft");
    for (let ms = 0; ms <= this.end; ms += step) {
      const x = (width * ms) / this.end, text = String(+(ms / 1000).toFixed(1)) + " s";
      context.fillRect(Math.min(x, width - 1), height - 5, 1, 5);
      context.textAlign = x > width - 24 ? "right" : ms ? "center" : "left";
      context.fillText(text, Math.min(x, width), height - 8);
    }
  }

  at(ms) {
    this.ms = clamp(ms, 0, this.end);
    this.cursor.style.left = `${(100 * this.ms) / this.end}%`;
    this.scrub.value = String(Math.round(this.ms));
    const frame = this.data.fps ? `, row ${Math.round((this.ms * this.data.fps) / 1000)}` : "";
    this.now.textContent = seconds(this.ms) + frame;
    this.scrub.setAttribute("aria-valuetext", seconds(this.ms) + frame);
    this.cameras.forEach((camera) => camera.at(this.ms));
    this.plots.forEach((plot) => plot.at(this.ms));
  }

  jump(stop, scroll = true) {
    this.stop();
    this.current = this.stops.indexOf(stop);
    this.section.querySelectorAll(".current").forEach((card) => card.classList.remove("current"));
    stop.card.classList.add("current");
    if (scroll) stop.card.scrollIntoView({ block: "nearest" });
    this.shade?.remove();
    this.shade = document.createElement("div");
    this.shade.className = `shade ${stop.severity}`;
    this.shade.style.left = `${(100 * clamp(stop.start, 0, this.end)) / this.end}%`;
    this.shade.style.width = `${Math.max(0.3, (100 * (stop.end - stop.start)) / this.end)}%`;
    if (!stop.whole) this.tracks.append(this.shade);
    this.at(stop.start);
  }

  next(by) {
    if (!this.stops.length) return;
    this.jump(this.stops[(this.current + by + this.stops.length) % this.stops.length]);
  }

  start() {
    if (this.ms >= this.end) this.at(0);
    this.play.textContent = "Pause";
    this.play.setAttribute("aria-pressed", "true");
    let last = performance.now();
    const tick = (time) => {
      this.at(this.ms + time - last);
      last = time;
      if (this.ms >= this.end) this.stop(); else this.playing = requestAnimationFrame(tick);
    };
    this.playing = requestAnimationFrame(tick);
  }

  stop() {
    cancelAnimationFrame(this.playing);
    this.playing = 0;
    this.play.textContent = "Play";
    this.play.setAttribute("aria-pressed", "false");
  }

  key(event) {
    const frame = this.data.fps ? 1000 / this.data.fps : 33;
    const does = {
      " ": () => (this.playing ? this.stop() : this.start()),
      ArrowLeft: () => { this.stop(); this.at(this.ms - frame * (event.shiftKey ? 10 : 1)); },
      ArrowRight: () => { this.stop(); this.at(this.ms + frame * (event.shiftKey ? 10 : 1)); },
      Home: () => this.at(0),
      End: () => this.at(this.end),
      n: () => this.next(1),
      p: () => this.next(-1),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  }
}

/** One episode is shown at a time; each is read when it is first shown. */
const sections = [...document.querySelectorAll(".episode")], open = new Map();
let shown = null;

function show(number) {
  sections.forEach((section, i) => (section.hidden = i !== number));
  document.querySelectorAll(".entry").forEach((entry, i) => {
    if (i === number) entry.setAttribute("aria-current", "true"); else entry.removeAttribute("aria-current");
  });
  shown?.stop();
  if (!open.has(number)) {
    open.set(number, new Episode(sections[number]));
    open.get(number).load();
  }
  shown = open.get(number);
}

const wanted = () => {
  const number = +(/^#(?:episode|findings)-(\d+)$/.exec(location.hash)?.[1] ?? (shown ? sections.indexOf(shown.section) : 0));
  if (sections[number]) show(number);
};
addEventListener("hashchange", wanted);
addEventListener("keydown", (event) => {
  const free = event.target === document.body || event.target.closest(".tracks, .scrub, aside");
  const busy = event.target.closest("button, summary, a") && event.key === " ";
  if (free && !busy && !event.ctrlKey && !event.metaKey && !event.altKey) shown?.key(event);
});
wanted();
