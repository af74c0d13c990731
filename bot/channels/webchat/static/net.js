// Talking to the server. Every failure becomes a Trouble with a sentence for the person.
export const state = JSON.parse(document.getElementById("state").textContent);

const OFFLINE = "Mất mạng, tin chưa gửi được. Giữ trang này mở, có mạng sẽ gửi lại.";
const LOST = "Không kết nối được máy chủ. Kiểm tra mạng rồi thử lại.";

export class Trouble extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status; // 0: the server was not reached
  }
  get passing() {
    return this.status === 0 || this.status >= 500 || this.status === 429;
  }
}

const address = (path) => `${state.base}/chat/${path}`;
const sentenceOf = (body) => (body && body.message) || LOST;

export const mediaAddress = (message, n, thumb = false) => address(`media/${message}/${n}${thumb ? "/thumb" : ""}`);
export const eventsAddress = (after) => address(`events?room=${encodeURIComponent(state.room)}&after=${after}`);

// Web crypto's randomUUID is missing on plain http, where an office without a certificate runs.
export const newId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function answered(promise) {
  let response;
  try {
    response = await promise;
  } catch {
    throw new Trouble(0, navigator.onLine ? LOST : OFFLINE);
  }
  const body = await response.json().catch(() => null);
  if (!response.ok || body === null) throw new Trouble(response.status, sentenceOf(body));
  return body;
}

export const read = (query) =>
  answered(fetch(address(`messages?room=${encodeURIComponent(state.room)}&${query}`), { cache: "no-store" }));

export const post = (path, fields) =>
  answered(
    fetch(address(path), {
      method: "POST",
      headers: { "content-type": "application/json", "x-loa": "1" },
      body: JSON.stringify({ room: state.room, ...fields }),
    }),
  );

// fetch cannot tell how much has been sent; XMLHttpRequest can.
export function upload(fields, files, progress) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ room: state.room, ...fields })) form.append(name, value);
  for (const file of files) form.append("files", file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address("upload"));
    request.setRequestHeader("x-loa", "1");
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () =>
      request.status === 200
        ? resolve(request.response)
        : reject(new Trouble(request.status, sentenceOf(request.response)));
    request.onerror = request.ontimeout = () => reject(new Trouble(0, navigator.onLine ? LOST : OFFLINE));
    request.send(form);
  });
}

// What must survive a closed page. Keys carry the person, because one browser may be several in the demo.
export const keep = {
  get(name, fallback) {
    try {
      return JSON.parse(localStorage.getItem(`loa:${state.user}:${name}`)) ?? fallback;
    } catch {
      return fallback;
    }
  },
  set(name, value) {
    try {
      localStorage.setItem(`loa:${state.user}:${name}`, JSON.stringify(value));
    } catch {
      // A full or forbidden store only costs the draft of a page that is closed.
    }
  },
};
