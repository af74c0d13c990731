// Writing and sending. Typed words are never lost: a draft is kept as it is typed, and a sent text waits in the browser
// under the id it was first sent with until the server has it; sending it again shows it once.
import { element, settle, show, showWaiting, toEnd } from "./lines.js";
import { keep, newId, post, state, upload } from "./net.js";

const MOST_FILES = 10;
const MOST_BYTES = 50_000_000;
const form = document.querySelector(".composer");
const field = form.querySelector("textarea");
const chosenList = form.querySelector(".chosen");
const problem = form.querySelector(".problem");
const sending = form.querySelector(".sending");
const quote = form.querySelector(".quote");
const DRAFT = `draft:${state.room}`;
const UNSENT = "unsent"; // of all rooms: who turns to another room must not lose what waits in the first
let chosen = []; // [{file, address}]
let replyTo = "";
let attempt = null; // {id, of}: the same files and words keep their id when they are sent again
let busy = false;
let retrySeconds = 3;

export function start() {
  // On a slow line people type before this script has come; until then the button is off.
  field.value = field.value || keep.get(DRAFT, "");
  keep.set(DRAFT, field.value);
  form.querySelector(".send").disabled = false;
  grow();
  field.addEventListener("input", () => {
    keep.set(DRAFT, field.value);
    grow();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  for (const input of form.querySelectorAll("input[type=file]")) input.addEventListener("change", () => choose(input));
  quote.querySelector("button").addEventListener("click", () => answer(null));
  for (const one of keep.get(UNSENT, [])) wait(one, "Đang gửi lại…");
  addEventListener("online", flush);
  addEventListener("beforeunload", (event) => busy && event.preventDefault());
  flush();
}

export function answer(message) {
  replyTo = message ? message.id : "";
  quote.hidden = !message;
  if (!message) return;
  quote.querySelector("p").textContent = `Trả lời: ${message.text || "Ảnh"}`;
  field.focus();
}

function grow() {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight + 4, 150)}px`;
}

function say(sentence) {
  problem.textContent = sentence;
  problem.hidden = !sentence;
}

function submit() {
  say("");
  const text = field.value.trim();
  if (busy) return;
  if (chosen.length) sendFiles(text);
  else if (text) sendText(text);
  else say("Nhập nội dung hoặc chọn ảnh rồi bấm Gửi.");
}

function clear() {
  field.value = "";
  keep.set(DRAFT, "");
  grow();
  answer(null);
}

function sendText(text) {
  const one = { room: state.room, client_id: newId(), text, reply_to: String(replyTo) };
  keep.set(UNSENT, [...keep.get(UNSENT, []), one]);
  clear();
  wait(one, "Đang gửi…");
  flush();
}

const isHere = (one) => one.room === state.room;
const wait = (one, note) => isHere(one) && showWaiting(one.client_id, one.text, note);

let flushing = false;
// What is not sent yet, in order.
async function flush() {
  if (flushing) return;
  flushing = true;
  for (let one = keep.get(UNSENT, [])[0]; one; one = keep.get(UNSENT, [])[0]) {
    try {
      const line = await post("send", one);
      if (isHere(one)) show(line);
      retrySeconds = 3;
    } catch (trouble) {
      if (trouble.passing) {
        wait(one, "Chưa gửi được, sẽ tự gửi lại.");
        setTimeout(flush, retrySeconds * 1000);
        retrySeconds = Math.min(30, retrySeconds * 2);
        break;
      }
      giveBack(one, trouble.message);
    }
    settle(one.client_id);
    keep.set(UNSENT, keep.get(UNSENT, []).filter((other) => other.client_id !== one.client_id));
  }
  flushing = false;
}

// The server will never take it: the words go back to where they can be changed.
function giveBack(one, sentence) {
  if (!isHere(one)) {
    keep.set(`draft:${one.room}`, one.text);
    return;
  }
  field.value = [one.text, field.value].filter(Boolean).join("\n");
  keep.set(DRAFT, field.value);
  grow();
  say(sentence);
}

function choose(input) {
  say("");
  for (const file of input.files) {
    if (file.size > MOST_BYTES) say(`Tệp “${file.name}” lớn hơn 50 MB nên chưa gửi được. Chọn tệp nhỏ hơn.`);
    else if (chosen.length >= MOST_FILES) say("Mỗi lần gửi được 10 ảnh hoặc tệp. Gửi các ảnh này trước, rồi chọn tiếp.");
    else chosen.push({ file, address: file.type.startsWith("image/") ? URL.createObjectURL(file) : "" });
  }
  input.value = "";
  showChosen();
}

function showChosen() {
  chosenList.hidden = !chosen.length;
  chosenList.replaceChildren(...chosen.map(chip));
  field.placeholder = chosen.length ? "Ghi chú cho ảnh" : "Nhập tin nhắn";
  toEnd();
}

function chip(one) {
  const item = element("li");
  if (one.address) {
    const image = element("img");
    image.src = one.address;
    image.alt = one.file.name;
    // Chromium cannot show every kind of photo it lets people choose; the name says enough.
    image.addEventListener("error", () => image.replaceWith(element("span", "chip-name", one.file.name)));
    item.append(image);
  } else item.append(element("span", "chip-name", one.file.name));
  const remove = element("button", "", "×");
  remove.type = "button";
  remove.setAttribute("aria-label", `Bỏ ${one.file.name}`);
  remove.addEventListener("click", () => drop(one));
  item.append(remove);
  return item;
}

function drop(one) {
  if (one.address) URL.revokeObjectURL(one.address);
  chosen = chosen.filter((other) => other !== one);
  showChosen();
}

async function sendFiles(text) {
  const files = chosen.map((one) => one.file);
  const of = JSON.stringify([text, replyTo, files.map((file) => [file.name, file.size, file.lastModified])]);
  if (!attempt || attempt.of !== of) attempt = { id: newId(), of };
  lock(true);
  try {
    show(await upload({ client_id: attempt.id, text, reply_to: replyTo }, files, progress));
    [...chosen].forEach(drop);
    attempt = null;
    clear();
  } catch (trouble) {
    say(`${trouble.message}${trouble.passing ? " Ảnh vẫn còn đây, bấm Gửi để gửi lại." : ""}`);
  }
  lock(false);
}

function lock(on) {
  busy = on;
  sending.hidden = !on;
  progress(0);
  for (const control of form.querySelectorAll("textarea, input, button")) control.disabled = on;
}

function progress(part) {
  const percent = Math.round(part * 100);
  sending.querySelector("progress").value = percent;
  sending.querySelector("span").textContent = percent < 100 ? `Đang gửi ${percent}%` : "Đang lưu…";
}
