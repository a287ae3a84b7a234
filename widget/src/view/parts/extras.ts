/**
 * What nobody needs in order to begin typing: the menu, cards, files, the cards about people, the question for consent, the door to the form for being
 * told of an answer, what became of a notice's link, and why a message was refused. A chunk of its own, fetched after the first paint; until it is there, and if it never comes,
 * plain words stand in its place.
 */
export { renderCard } from "./card.ts";
export { renderConsent } from "./consent-door.ts";
export { extraStyles } from "./extra-styles.ts";
export { reasonOf, renderFailed } from "./failed.ts";
export { renderFile } from "./file.ts";
export { renderQueued, renderTaken } from "./people.ts";
export { addWords, moreItems, renderAboveComposer } from "./joined.ts";
export { renderMenu } from "./menu.ts";
