// Photos over the whole screen.
const dialog = document.querySelector(".viewer");
const image = dialog.querySelector("img");
const steps = dialog.querySelectorAll("[data-step]");
let photos = [];
let place = 0;

export function showPhotos(addresses, start) {
  photos = addresses;
  turnTo(start);
  dialog.showModal();
}

function turnTo(next) {
  place = (next + photos.length) % photos.length;
  image.src = photos[place];
  image.alt = `Ảnh ${place + 1} trên ${photos.length}`;
  for (const step of steps) step.hidden = photos.length < 2;
}

for (const step of steps) step.addEventListener("click", () => turnTo(place + Number(step.dataset.step)));
dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
image.addEventListener("click", () => dialog.close());
dialog.addEventListener("keydown", (event) => {
  if (event.key === "ArrowLeft") turnTo(place - 1);
  if (event.key === "ArrowRight") turnTo(place + 1);
});
