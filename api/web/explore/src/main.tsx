import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./app";
import { isReady, start, startLive } from "./store";
import "../../chart/chart.css";
import "./style.css";

start();
const root = document.getElementById("explore")!;
root.replaceChildren();
render(<App />, root);

/** Whether somebody is at something that new data would take from under the hand: a menu, or a button that is held. */
let isHeld = false;
addEventListener("pointerdown", () => { isHeld = true; }, true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { isHeld = false; }, true);
const isBusy = () => isHeld || document.querySelector(".take[open]") !== null;

// The first pictures come first.
let isListening = false;
effect(() => {
  if (!isReady.value || isListening) return;
  isListening = true;
  setTimeout(() => startLive(isBusy), 1000);
});
