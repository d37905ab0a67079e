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

/** Whether the user holds a button or has a menu open, which new data would disturb. */
let isHeld = false;
addEventListener("pointerdown", () => { isHeld = true; }, true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { isHeld = false; }, true);
const isBusy = () => isHeld || document.querySelector(".take[open]") !== null;

// Wait until the first charts are shown.
let isListening = false;
effect(() => {
  if (!isReady.value || isListening) return;
  isListening = true;
  setTimeout(() => startLive(isBusy), 1000);
});
