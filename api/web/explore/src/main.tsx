import { render } from "preact";
import { App } from "./app";
import { start } from "./store";
import "../../chart/chart.css";
import "./style.css";

start();
const root = document.getElementById("explore")!;
root.replaceChildren();
render(<App />, root);
