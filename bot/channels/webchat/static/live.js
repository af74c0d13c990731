// Hearing what is new: a stream of events, or asking every few seconds where the stream does not get through.
import { eventsAddress, read } from "./net.js";

const ASK_SECONDS = 5;
const STREAM_AGAIN_SECONDS = 30;
const QUIET_SECONDS = 4; // a short gap is not worth a word
const HIDDEN_SECONDS = 60; // a hidden page gives its connection back
let cursor = 0;
let stream = null;
let asking = 0;
let streamAgain = 0;
let quiet = 0;
let hidden = 0;
let tell = null;

// tell: {line(message), rooms(list), connected(), lost(), ended(sentence)}
export function hear(after, handlers) {
  cursor = after;
  tell = handlers;
  open();
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hidden);
    if (document.hidden) hidden = setTimeout(close, HIDDEN_SECONDS * 1000);
    else if (!stream) open();
  });
  addEventListener("online", reopen);
  addEventListener("offline", tell.lost);
}

function open() {
  close();
  stream = new EventSource(eventsAddress(cursor));
  stream.addEventListener("open", connected);
  stream.addEventListener("line", (event) => heard(JSON.parse(event.data)));
  stream.addEventListener("rooms", (event) => tell.rooms(JSON.parse(event.data)));
  stream.addEventListener("bye", () => {
    close();
    later(2 + 4 * Math.random());
  });
  stream.addEventListener("error", failed);
}

function close() {
  if (stream) stream.close();
  stream = null;
  clearInterval(asking);
  clearTimeout(streamAgain);
  asking = 0;
}

function reopen() {
  open();
  ask();
}

function later(seconds) {
  clearTimeout(streamAgain);
  streamAgain = setTimeout(open, seconds * 1000);
  ask();
}

function failed() {
  if (!quiet) quiet = setTimeout(tell.lost, QUIET_SECONDS * 1000);
  if (stream && stream.readyState === EventSource.CLOSED && !asking) {
    asking = setInterval(ask, ASK_SECONDS * 1000);
    later(STREAM_AGAIN_SECONDS);
  }
}

function connected() {
  clearTimeout(quiet);
  quiet = 0;
  clearInterval(asking);
  asking = 0;
  tell.connected();
}

function heard(message) {
  cursor = Math.max(cursor, message.changed);
  tell.line(message);
}

async function ask() {
  try {
    const news = await read(`after=${cursor}`);
    if (asking) tell.connected();
    news.messages.forEach(heard);
    tell.rooms(news.rooms);
  } catch (trouble) {
    if (trouble.passing) return tell.lost();
    close();
    tell.ended(trouble.message);
  }
}
