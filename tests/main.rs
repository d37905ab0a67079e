//! Tests of the whole, through the same doors that its users take. One binary.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod aggregates;
mod connections;
mod contract;
mod counts;
mod demo;
mod documents;
mod during_load;
mod encodings;
mod examples;
mod failures;
mod fetch;
mod fixture;
mod floors;
mod golden;
mod history;
mod http;
mod import;
mod limits;
mod load;
mod measures;
mod migrations;
mod oracle;
mod orders;
mod output;
mod pages;
mod places;
mod plot;
mod protocol;
mod provenance;
mod proxy;
mod replaced;
mod replicas;
mod search;
mod secrets;
mod seeing;
mod serve;
mod settings;
mod signals;
mod statements;
mod support;
mod tls;
mod unsent;
mod web;
