// The hall of the demo: on a wide screen every door is a phone; on a phone the doors are links.
const wide = matchMedia("(min-width: 1000px)");
const time = document.querySelector(".clock time");
const DAYS = ["Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"];
let clock = JSON.parse(document.getElementById("clock").textContent);
let since = performance.now();

function openDoors() {
  if (!wide.matches) return;
  for (const door of document.querySelectorAll(".door:not(.open)")) {
    const frame = document.createElement("iframe");
    const link = door.querySelector("a");
    frame.src = link.href;
    frame.title = link.textContent;
    door.append(frame);
    door.classList.add("open");
  }
}

const two = (number) => String(number).padStart(2, "0");

// The server gives local time as if it were UTC.
function tick() {
  const now = new Date(clock.shown + (performance.now() - since) * clock.speed);
  const date = `${two(now.getUTCDate())}/${two(now.getUTCMonth() + 1)}/${now.getUTCFullYear()}`;
  time.textContent = `${DAYS[now.getUTCDay()]}, ${date}, ${two(now.getUTCHours())}:${two(now.getUTCMinutes())}`;
}

async function setClock() {
  const response = await fetch("/hall/clock", { cache: "no-store" }).catch(() => null);
  if (!response?.ok) return;
  clock = await response.json();
  since = performance.now();
}

openDoors();
wide.addEventListener("change", openDoors);
tick();
setInterval(tick, 250);
setInterval(setClock, 20_000);
