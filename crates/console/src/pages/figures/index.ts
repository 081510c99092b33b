// Figures to act on: the scorecard, what every figure means, and the conversations behind them.

export { Behind } from "./behind";
export { Catalogue } from "./catalogue";
export { Scorecard } from "./scorecard";
