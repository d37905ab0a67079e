import "./workers";
import "@graphiql/react/style.css";
import "graphiql/graphiql.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "../chart/chart.css";
import "./style.css";
import { createRoot } from "react-dom/client";
import { Playground } from "./playground";

const root = document.getElementById("playground");
if (root === null) throw new Error("index.html has no element for the playground");
createRoot(root).render(<Playground />);
