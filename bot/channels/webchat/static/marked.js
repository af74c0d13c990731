// A text and the spans beside it as page nodes. Letters only ever become text nodes, so no word of anybody is mark-up.
const ADDRESS = /(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]*])/;
const SAFE = /^https?:\/\//;

// `spans` count letters as code points: {kind: "bold" | "link", start, end, url}.
export function words(text, spans = []) {
  const letters = Array.from(text);
  const links = spans.filter((span) => span.kind === "link" && SAFE.test(span.url));
  const bolds = spans.filter((span) => span.kind === "bold");
  const nodes = [];
  let at = 0;
  for (const link of links) {
    nodes.push(...runs(letters, at, link.start, bolds, withAddresses));
    nodes.push(anchor(link.url, runs(letters, link.start, link.end, bolds, (words) => [words])));
    at = link.end;
  }
  nodes.push(...runs(letters, at, letters.length, bolds, withAddresses));
  return nodes;
}

// The letters from `start` to `end`, cut where boldness changes.
function runs(letters, start, end, bolds, fill) {
  if (start >= end) return [];
  const edges = bolds.flatMap((bold) => [bold.start, bold.end]).filter((edge) => start < edge && edge < end);
  const nodes = [];
  for (const edge of [...edges.sort((one, other) => one - other), end]) {
    const filled = fill(letters.slice(start, edge).join(""));
    if (bolds.some((bold) => bold.start <= start && edge <= bold.end)) nodes.push(around("strong", filled));
    else nodes.push(...filled);
    start = edge;
  }
  return nodes;
}

// Addresses that are written out can be followed.
function withAddresses(words) {
  return words.split(ADDRESS).map((piece) => (SAFE.test(piece) ? anchor(piece, [piece]) : piece));
}

function anchor(url, inside) {
  const link = around("a", inside);
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  return link;
}

function around(tag, inside) {
  const made = document.createElement(tag);
  made.append(...inside);
  return made;
}
