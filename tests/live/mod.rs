//! Subscriptions over real sockets.

mod answers;
mod events;
mod limits;
mod protocol;
mod shutdown;

use std::{sync::Arc, time::Duration};

use cops_graphql::{
    catalog::dataset::Dataset,
    database::{
        Readers,
        load::{Load, LoadCounts, TableTally},
    },
    server::{self, AggregatesBy, Server, Settings},
};
use entity::{agency, kind::PublicationTopic, publication, source};
use futures_util::{SinkExt as _, StreamExt as _};
use sea_orm::{EntityTrait as _, QueryOrder as _};
use serde_json::{Value, json};
use tokio::{net::TcpStream, sync::oneshot, task::JoinHandle};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error as SocketError, Message, client::IntoClientRequest as _},
};

use crate::{
    fixture::{self, SMALL},
    support::TestDatabase,
};

/// A query of which every load that adds a publication changes the answer.
const PUBLICATIONS: &str = "subscription { live { publications { totalCount } } }";

/// A server on a port of its own.
struct Host {
    database: TestDatabase,
    /// Where it is, without a scheme.
    address: String,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<bool>,
}

impl Host {
    async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    async fn with(settings: Settings) -> Self {
        Self::of(TestDatabase::sqlite().await, AggregatesBy::Memory, settings).await
    }

    async fn of(database: TestDatabase, aggregates: AggregatesBy, settings: Settings) -> Self {
        fixture::load(&database.writer().await, SMALL).await;
        let readers = Readers::open(&database.url, 4).await.unwrap();
        let dataset = Dataset::read(readers.spare()).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let connections = Arc::clone(&settings.connections);
        let router = Server::new(readers, dataset, aggregates).router_with(settings);
        let (stop, stopped) = oneshot::channel();
        let stopped = async { stopped.await.unwrap_or(()) };
        let served = tokio::spawn(server::serve(listener, router, connections, stopped));
        let host = Self { database, address, stop: Some(stop), served };
        while host.get("/health/ready").await.status() != 200 {
            tokio::task::yield_now().await;
        }
        host
    }

    async fn get(&self, path: &str) -> reqwest::Response {
        reqwest::get(format!("http://{}{path}", self.address)).await.unwrap()
    }

    /// Opens a WebSocket, and begins.
    async fn connect(&self) -> Socket {
        let mut socket = self.open(&[]).await.unwrap();
        socket.send(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.next().await, json!({ "type": "connection_ack" }));
        socket
    }

    /// Opens a WebSocket with these headers.
    async fn open(&self, headers: &[(&'static str, &str)]) -> Result<Socket, (u16, Value)> {
        let url = format!("ws://{}/graphql/ws", self.address);
        let mut request = url.into_client_request().unwrap();
        let own = [("sec-websocket-protocol", "graphql-transport-ws")];
        for (name, value) in own.iter().chain(headers) {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, response)) => {
                assert_eq!(response.headers()["sec-websocket-protocol"], "graphql-transport-ws");
                Ok(Socket(socket))
            }
            Err(SocketError::Http(response)) => {
                let body = response.body().as_deref().unwrap_or_default();
                Err((response.status().as_u16(), serde_json::from_slice(body).unwrap()))
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// The value of a metric, by its name and labels.
    async fn metric(&self, name: &str) -> u64 {
        let text = self.get("/metrics").await.text().await.unwrap();
        let name = format!("cops_graphql_{name} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&name));
        line.unwrap_or("0").parse().unwrap()
    }

    /// Waits until a metric is what it should be.
    async fn wait_for(&self, metric: &str, value: u64) {
        within(async {
            while self.metric(metric).await != value {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    /// A load that changes nothing that anybody asks for.
    async fn load_nothing(&self) {
        let load = Load::begin(&self.database.writer().await, "more", false).await.unwrap();
        load.commit(LoadCounts::default()).await.unwrap();
    }

    /// A load that adds a publication and changes an agency.
    async fn load(&self) {
        let load = Load::begin(&self.database.writer().await, "more", false).await.unwrap();
        let (revision_id, transaction) = (load.revision(), load.transaction());
        let source = source::Entity::find().one(transaction).await.unwrap().unwrap();
        let added = publication::Model {
            id: revision_id,
            title: format!("Of revision {revision_id}"),
            series: None,
            topic: Some(PublicationTopic::BuildingTrust),
            year: Some(2020),
            search: String::new(),
            source_id: source.id,
            revision_id,
        };
        load.insert::<publication::Entity>(&[added]).await.unwrap();
        let agency = agency::Entity::find().order_by_asc(agency::Column::Id).one(transaction);
        let mut agency = agency.await.unwrap().unwrap();
        agency.name = Some(format!("Renamed in {revision_id}"));
        agency.revision_id = revision_id;
        load.change::<agency::Entity>(vec![agency]).await.unwrap();
        let (added, changed) = (
            TableTally { added: 1, ..<_>::default() },
            TableTally { changed: 1, ..<_>::default() },
        );
        let tables = [("publications", added), ("agencies", changed)].into();
        load.commit(LoadCounts { rows_read: 2, tables }).await.unwrap();
    }
}

/// What must not take long.
async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), work).await.expect("it takes too long")
}

/// A WebSocket of a client.
struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn subscribe(&mut self, id: &str, query: &str) {
        self.ask(id, json!({ "query": query })).await;
    }

    async fn ask(&mut self, id: &str, payload: Value) {
        self.send(json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    /// The next message, pings aside.
    async fn next(&mut self) -> Value {
        loop {
            let message = within(self.0.next()).await.expect("a message").unwrap();
            match message {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The payload of the next answer, which is of this operation.
    async fn answer(&mut self, id: &str) -> Value {
        let mut message = self.next().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("next"), &json!(id)), "{message}");
        message["payload"].take()
    }

    /// The first error with which an operation ends.
    async fn error(&mut self, id: &str) -> Value {
        let mut message = self.next().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!(id)), "{message}");
        message["payload"][0].take()
    }

    /// The code and the reason with which the server closes the connection.
    async fn closed(mut self) -> (u16, String) {
        loop {
            match within(self.0.next()).await {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(_)) => {}
                other => panic!("closed without a word: {other:?}"),
            }
        }
    }
}
