//! Tests of the whole, through the same doors that its users take.

mod contract;
mod fixture;
mod golden;
mod http;
mod migrations;
mod pages;
mod statements;
mod support;
