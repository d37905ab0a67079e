//! How many queries are worked on at once, and who waits.
//!
//! A server that takes on all that comes is slow for everybody when too much comes. So only so many queries
//! run at once, and only so many others wait for a turn. How many those are depends on how it goes. A crowd that
//! is soon through is a burst: waiting a moment is better than being refused. Where somebody was refused a
//! second ago or less, or where there has been a queue for longer than anybody may wait, more comes than can be
//! done, and a long queue would only make everybody wait. Then no more wait than run, and the rest is refused at
//! once, which costs next to nothing: what waits in vain takes the time that others are waiting for. What is
//! refused is told to come again.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a query waits.
const PATIENCE: Duration = Duration::from_millis(150);
/// More comes than can be done for so long after somebody was refused.
const STRAIN: Duration = Duration::from_secs(1);

/// Turns for queries.
#[derive(Debug)]
pub(crate) struct Admission {
    turns: Arc<Semaphore>,
    most: usize,
    most_waiting: usize,
    queue: Mutex<Queue>,
}

/// Those who wait.
#[derive(Debug, Default)]
struct Queue {
    waiting: usize,
    /// Since when there has been somebody.
    since: Option<Instant>,
    /// When somebody was last refused.
    refused_at: Option<Instant>,
}

impl Queue {
    /// Whether more comes than can be done.
    fn is_strained(&self) -> bool {
        self.since.is_some_and(|since| since.elapsed() > PATIENCE)
            || self.refused_at.is_some_and(|refused| refused.elapsed() < STRAIN)
    }

    fn refuse(&mut self) -> Busy {
        self.refused_at = Some(Instant::now());
        Busy
    }
}

/// A query that there is no turn for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Busy;

impl Admission {
    /// So many turns, and so many that wait for one.
    pub(crate) fn new(turns: usize, most_waiting: usize) -> Self {
        let most = turns.max(1);
        Self { turns: Arc::new(Semaphore::new(most)), most, most_waiting, queue: Mutex::default() }
    }

    /// Takes a turn, perhaps after a wait.
    pub(crate) async fn enter(&self) -> Result<OwnedSemaphorePermit, Busy> {
        if let Ok(turn) = Arc::clone(&self.turns).try_acquire_owned() {
            return Ok(turn);
        }
        let _place = self.line_up()?;
        let turn = Arc::clone(&self.turns).acquire_owned();
        if let Ok(Ok(turn)) = tokio::time::timeout(PATIENCE, turn).await {
            return Ok(turn);
        }
        // Before the place is given back, which locks the queue, too.
        let busy = self.queue().refuse();
        Err(busy)
    }

    fn line_up(&self) -> Result<QueuePlace<'_>, Busy> {
        let mut queue = self.queue();
        let most = match queue.is_strained() {
            true => self.most.min(self.most_waiting),
            false => self.most_waiting,
        };
        if queue.waiting >= most {
            return Err(queue.refuse());
        }
        queue.waiting += 1;
        queue.since.get_or_insert_with(Instant::now);
        Ok(QueuePlace(self))
    }

    /// Takes another turn for what has begun, however long it takes.
    pub(crate) async fn enter_again(&self) -> Result<OwnedSemaphorePermit, Busy> {
        Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Busy)
    }

    /// The queries that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.queue().waiting
    }

    /// The queries that run.
    pub(crate) fn running(&self) -> usize {
        self.most - self.turns.available_permits()
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among those that wait, which is given back where the caller goes away, too.
struct QueuePlace<'a>(&'a Admission);

impl Drop for QueuePlace<'_> {
    fn drop(&mut self) {
        let mut queue = self.0.queue();
        queue.waiting -= 1;
        if queue.waiting == 0 {
            queue.since = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn so_many_run_so_many_wait_and_the_rest_is_refused() {
        let admission = Arc::new(Admission::new(1, 1));
        let turn = admission.enter().await.expect("it is free");
        let waits = tokio::spawn({
            let admission = Arc::clone(&admission);
            async move { admission.enter().await.is_ok() }
        });
        tokio::task::yield_now().await;
        assert_eq!(admission.waiting(), 1);
        assert!(admission.enter().await.is_err());
        assert_eq!(admission.waiting(), 1);
        drop(turn);
        assert!(waits.await.expect("it does not panic"));
        assert_eq!((admission.waiting(), admission.running()), (0, 0));
    }

    #[tokio::test]
    async fn where_more_comes_than_can_be_done_fewer_wait() {
        let admission = Admission::new(1, 3);
        let turn = admission.enter().await.expect("it is free");
        // How many of four are refused at once.
        let crowd = || async {
            let mut came = [(); 4].map(|()| Box::pin(admission.enter()));
            let mut refused = 0;
            for one in &mut came {
                refused += usize::from(futures_util::poll!(one).is_ready());
            }
            refused
        };
        assert_eq!(crowd().await, 1, "it is a burst");
        assert_eq!(crowd().await, 3, "somebody was refused just now");
        admission.queue().refused_at = Instant::now().checked_sub(STRAIN);
        assert_eq!(crowd().await, 1, "nobody has been refused for a while");
        admission.queue().refused_at = None;
        let _waits = admission.line_up();
        admission.queue().since = Instant::now().checked_sub(PATIENCE * 2);
        assert_eq!(crowd().await, 4, "there has been a queue for long");
        drop(turn);
        assert!(admission.enter().await.is_ok());
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let admission = Admission::new(1, 1);
        let _turn = admission.enter().await.expect("it is free");
        assert_eq!(admission.enter().await.err(), Some(Busy));
        assert_eq!(admission.waiting(), 0);
        assert!(admission.queue().is_strained());
    }

    #[tokio::test]
    async fn who_gives_up_makes_room() {
        let admission = Admission::new(1, 1);
        let _turn = admission.enter().await.expect("it is free");
        let gives_up = tokio::time::timeout(Duration::from_millis(10), admission.enter());
        assert!(gives_up.await.is_err());
        assert_eq!(admission.waiting(), 0);
        assert_eq!(admission.enter().await.err(), Some(Busy));
    }
}
