/*
 * The queue protocol with two publishers, two consumers, two messages, one queue and one failover, for `make verify`. Every
 * atomic block is one Lua script of queue/lua (a script runs alone, and is replicated as a whole) or one event outside Redis.
 * Anything happens between two blocks: a publisher, a consumer or a connection ends, a reply is lost, a lease ends, SQS
 * delivers again, the replica lags, is lost or becomes the primary. Lists are sets, so every order is covered.
 *
 * Left out: several subscriptions, equal texts, plain consumers, the expiry of `seen`, replays, operators, isolation, pause,
 * a full Redis. docs/guarantees.md, "Exhaustive model", has the properties and their scripts.
 *
 * Options: FAILOVER, FOREIGN (one foreign value; it shares nothing with a failover, so each has its own run), MESSAGES,
 * LIVENESS. Mutations: NO_WAIT, NO_EXPIRE, NO_NONCE, NO_TYPE_CHECK, NO_LEASE, NO_RECLAIM.
 */
#ifndef MESSAGES
#define MESSAGES 2
#endif

#define LIMIT 1 /* maximum number of retries */
#define NONE  2 /* instead of a message, which is 0 or 1 */

/* A nonce is only compared, so it is 1 or 2 while that consumer knows it. */
#define NOBODY 0
#define LOST   3 /* no consumer knows it any more */

/* Keys of a queue. The first four are also the places of a message; one in delayed may be due at any time, so it is in main. */
#define NOWHERE    0
#define MAIN       1
#define PROCESSING 2
#define DLQ        3
#define DELAYED    4

/* What one Redis server holds. */
typedef Server {
  byte place[2];   /* the list or zset with the message's text */
  bit seen[2];     /* the seen key of the message */
  bit retries[2];  /* retry_count in the text */
  byte nonce[2];   /* claims hash: the nonce in the claim of the text */
  bit started[2];  /* claims hash: the phase */
  bit leased[2]    /* leases zset */
}
Server primary, replica; /* replica: while it lags */
byte foreign;            /* the key that holds a foreign value of another type */
bit foreignWritten;

/* The replica lags at any time and for any time; only the lag before the failover needs its contents. */
#define REPLICATING 0
#define NO_REPLICA  1
#define LAGGING     2
byte link;
bit failedOver;

/* SQS */
bit deleted[2];

/* Publishers: the record in the running invocation, and whether the replica has this connection's last write. */
byte record[2] = NONE;
bit confirmed[2];

/* Consumers */
#define IDLE       0
#define PREFETCHED 1 /* or sent a claim and got no reply */
#define WORKING    2
byte phase[2];
byte claimed[2] = NONE;

/* What only the properties use. */
bit leaseEnded[2]; /* the consumer's lease ended, or a failover took its claim, and no script has told it otherwise since */
bit handled[2];    /* a consumer has worked on the message and acknowledged it */

#define believes(c) (phase[c] == WORKING && !leaseEnded[c])
#define isHolder(c) (claimed[c] != NONE && primary.nonce[claimed[c]] == c + 1)

/* parts/claims.lua, findClaim: the claim's id is the digest of its text and its nonce. */
#ifdef NO_NONCE
#define finds(c) (primary.nonce[claimed[c]] != NOBODY && primary.retries[claimed[c]] == text[c])
bit text[2]; /* retry_count in the claimed text */
#else
#define finds(c) (primary.nonce[claimed[c]] == c + 1)
#endif

/* parts/types.lua, wrongType: an error before the first write. Without it, the write to the key fails after earlier ones. */
#ifdef NO_TYPE_CHECK
#define isList(key) true
#else
#define isList(key) (foreign != key)
#endif
#define into(key) (foreign == key -> NOWHERE : (key == DELAYED -> MAIN : key))

inline check() {
  assert(!deleted[0] || handled[0] || primary.place[0] != NOWHERE); /* property: lost */
  assert(!deleted[1] || handled[1] || primary.place[1] != NOWHERE); /* property: lost */
  assert(!(believes(0) && believes(1) && claimed[0] == claimed[1])); /* property: two-holders */
  assert(!believes(0) || isHolder(0)); /* property: robbed */
  assert(!believes(1) || isHolder(1)); /* property: robbed */
  assert(primary.place[0] != PROCESSING || primary.leased[0]); /* property: stuck */
  assert(primary.place[1] != PROCESSING || primary.leased[1]) /* property: stuck */
}

/* ---- publisher: lambda/publisher, queue/publish.ts ---- */

/* publish.lua. SQS delivers any record at any time, also to two publishers at once, and after its deletion. */
inline publish(p, m) {
  atomic {
    record[p] == NONE && isList(MAIN) ->
    if
    :: !primary.seen[m] ->
      printf("publisher %d publishes message %d\n", p + 1, m + 1);
      assert(primary.place[m] == NOWHERE); /* property: copies */
      primary.seen[m] = 1; /* SET seen NX */
      primary.place[m] = into(MAIN); /* LPUSH */
      if
      :: primary.place[m] == NOWHERE -> printf("  the push fails: WRONGTYPE\n")
      :: else -> record[p] = m
      fi
    :: else ->
      printf("publisher %d publishes message %d again: duplicate\n", p + 1, m + 1);
      record[p] = m; /* EXPIRE: WAIT covers it, and with it the first run */
#ifdef NO_EXPIRE
      confirmed[p] = 1 /* WAIT covers nothing */
#endif
    fi;
#ifdef NO_WAIT
    confirmed[p] = (record[p] != NONE);
#endif
    if
    :: deleted[m] || (link == LAGGING && !confirmed[p]) -> record[p] = NONE; confirmed[p] = 0 /* nothing follows */
    :: else
    fi;
    check()
  }
}

proctype Publisher(byte p) {
  do
  :: publish(p, 0)
#if MESSAGES > 1
  :: publish(p, 1)
#endif
  :: atomic { /* the replicas have confirmed: SQS deletes the record */
    confirmed[p] ->
    printf("SQS deletes message %d\n", record[p] + 1);
    deleted[record[p]] = 1;
    if
    :: record[1 - p] == record[p] -> record[1 - p] = NONE; confirmed[1 - p] = 0
    :: else
    fi;
    record[p] = NONE; confirmed[p] = 0;
    check()
  }
  :: atomic { /* the reply is lost, WAIT times out, or the function ends: SQS keeps the record */
    record[p] != NONE ->
    printf("the invocation of publisher %d fails\n", p + 1);
    record[p] = NONE; confirmed[p] = 0
  }
  od
}

/* ---- consumers: clients/node, clients/python ---- */

/* The consumer forgets its claim: it is settled, lost, or the process has ended. Nobody has its nonce then. */
inline forget(c) {
  if
  :: primary.nonce[claimed[c]] == c + 1 -> primary.nonce[claimed[c]] = LOST
  :: else
  fi;
  if
  :: replica.nonce[claimed[c]] == c + 1 -> replica.nonce[claimed[c]] = LOST
  :: else
  fi;
  phase[c] = IDLE; claimed[c] = NONE; leaseEnded[c] = 0
}

/* claim.lua. Whether the message starts at once or is prefetched is the consumer's choice. */
inline claim(c, m) {
  atomic {
    phase[c] == IDLE && primary.place[m] == MAIN && isList(MAIN) && isList(DELAYED) ->
    primary.place[m] = PROCESSING; /* LMOVE */
    claimed[c] = m;
#ifdef NO_NONCE
    text[c] = primary.retries[m];
#endif
    primary.nonce[m] = c + 1; /* HSET claims */
#ifndef NO_LEASE
    primary.leased[m] = 1; /* ZADD leases */
#endif
    if
    :: primary.started[m] = 1; phase[c] = WORKING;
      printf("consumer %d claims message %d and works on it\n", c + 1, m + 1)
    :: phase[c] = PREFETCHED;
      printf("consumer %d prefetches message %d\n", c + 1, m + 1)
    :: primary.started[m] = 1; phase[c] = PREFETCHED;
      printf("consumer %d claims message %d to start it, and the reply is lost\n", c + 1, m + 1)
    fi;
    check()
  }
}

/* parts/settlement.lua, endClaim, and the push that follows it in each settlement; removes the claim in any case. */
inline moveTo(m, key) {
  primary.place[m] = into(key);
  primary.nonce[m] = NOBODY; primary.started[m] = 0; primary.leased[m] = 0;
  if
  :: primary.place[m] != MAIN -> primary.retries[m] = 0 /* not read any more */
  :: else
  fi
}

/* A settlement: its reply reaches the consumer, or the consumer sends it again, like one that has lost its claim. */
inline settle(c, script, key) {
  if
  :: finds(c) ->
    printf("consumer %d: %e message %d\n", c + 1, script, claimed[c] + 1);
    moveTo(claimed[c], key)
  :: else -> printf("consumer %d: %e message %d: not-held\n", c + 1, script, claimed[c] + 1)
  fi;
  forget(c);
  check()
}

mtype = { acknowledge, retry, dead_letter, snooze, give_back };

proctype Consumer(byte c) {
  do
  :: claim(c, 0)
  :: claim(c, 1)
  :: atomic { /* start.lua */
    phase[c] == PREFETCHED ->
    if
    :: finds(c) ->
      printf("consumer %d starts message %d\n", c + 1, claimed[c] + 1);
      primary.started[claimed[c]] = 1; primary.leased[claimed[c]] = 1;
      phase[c] = WORKING; leaseEnded[c] = 0
    :: else -> printf("consumer %d starts message %d: not-held\n", c + 1, claimed[c] + 1); forget(c)
    fi;
    check()
  }
  :: atomic { /* the start is sent within the lease, and the handler is called at once */
    phase[c] == PREFETCHED && !leaseEnded[c] ->
    printf("consumer %d sends the start of message %d and works on it\n", c + 1, claimed[c] + 1);
    phase[c] = WORKING;
    check()
  }
  :: atomic { /* advance.lua or claim.lua runs it then, or never if the connection is lost */
    phase[c] == WORKING && finds(c) && !primary.started[claimed[c]] ->
    printf("the start of message %d by consumer %d arrives\n", claimed[c] + 1, c + 1);
    primary.started[claimed[c]] = 1; primary.leased[claimed[c]] = 1;
    leaseEnded[c] = 0;
    check()
  }
  :: atomic { /* acknowledge.lua, advance.lua, claim.lua before it claims */
    phase[c] == WORKING ->
    if
    :: finds(c) -> handled[claimed[c]] = 1
    :: else
    fi;
    settle(c, acknowledge, NOWHERE)
  }
  :: atomic { /* retry.lua */
    phase[c] == WORKING && isList(DELAYED) && isList(DLQ) ->
    if
    :: finds(c) && primary.retries[claimed[c]] < LIMIT ->
      primary.retries[claimed[c]] = primary.retries[claimed[c]] + 1;
      settle(c, retry, DELAYED)
    :: else -> settle(c, retry, DLQ)
    fi
  }
  :: atomic { /* dead-letter.lua */
    phase[c] == WORKING && isList(DLQ) -> settle(c, dead_letter, DLQ)
  }
  :: atomic { /* snooze.lua */
    phase[c] == WORKING && isList(DELAYED) -> settle(c, snooze, DELAYED)
  }
  :: atomic { /* give-back.lua; revoke.lua for a claim whose reply is lost */
    phase[c] != IDLE && isList(MAIN) -> settle(c, give_back, MAIN)
  }
  :: atomic { /* the process is killed, or gives up */
    phase[c] != IDLE ->
    printf("consumer %d ends\n", c + 1);
    forget(c)
  }
  od
}

/* extend.lua, by a timer of the consumer. */
proctype Renewal(byte c) {
  do
  :: atomic {
    phase[c] != IDLE ->
    if
    :: finds(c) ->
      printf("consumer %d renews the lease of message %d\n", c + 1, claimed[c] + 1);
      primary.leased[claimed[c]] = 1; leaseEnded[c] = 0
    :: else -> printf("consumer %d renews the lease of message %d: not-held\n", c + 1, claimed[c] + 1); forget(c)
    fi;
    check()
  }
  od
}

/* ---- time and maintenance ---- */

/* The lease of a claim that nobody holds may have ended at any time. */
#define isLeased(c, m) (claimed[c] == m && isHolder(c) && !leaseEnded[c])
#define hasEnded(m)    (primary.place[m] == PROCESSING && primary.leased[m] && !isLeased(0, m) && !isLeased(1, m))

/* The server's clock passes the end of the lease, however slow or paused the holder is. */
inline endLease(c, m) {
  atomic {
    isLeased(c, m) && primary.leased[m] ->
    printf("the lease of message %d ends\n", m + 1);
    leaseEnded[c] = 1
  }
}

proctype Maintenance(byte m) {
  do
  :: endLease(0, m)
  :: endLease(1, m)
#ifndef NO_RECLAIM
  :: atomic { /* parts/reclaim.lua, in sweep.lua and claim.lua */
    hasEnded(m) && isList(MAIN) && isList(DLQ) ->
    printf("message %d is reclaimed\n", m + 1);
    if
    :: !primary.started[m] -> moveTo(m, MAIN)
    :: primary.started[m] && primary.retries[m] < LIMIT ->
      primary.retries[m] = primary.retries[m] + 1;
      moveTo(m, MAIN)
    :: else -> moveTo(m, DLQ)
    fi;
    check()
  }
#endif
  od
}

/* ---- Redis nodes ---- */

inline copyMessage(to, from, m) {
  to.place[m] = from.place[m]; to.seen[m] = from.seen[m]; to.retries[m] = from.retries[m];
  to.nonce[m] = from.nonce[m]; to.started[m] = from.started[m]; to.leased[m] = from.leased[m]
}

inline copyServer(to, from) {
  copyMessage(to, from, 0);
  copyMessage(to, from, 1)
}

inline clearMessage(m) {
  replica.place[m] = NOWHERE; replica.seen[m] = 0; replica.retries[m] = 0;
  replica.nonce[m] = NOBODY; replica.started[m] = 0; replica.leased[m] = 0
}

#define waits(p) (record[p] != NONE && !confirmed[p])

/* An unanswered WAIT fails when nothing can confirm its writes any more. */
inline failWaits() {
  if
  :: !confirmed[0] -> record[0] = NONE
  :: else
  fi;
  if
  :: !confirmed[1] -> record[1] = NONE
  :: else
  fi
}

proctype Nodes() {
  do
  :: atomic { /* the replica has all writes up to now */
    link == REPLICATING && (waits(0) || waits(1)) ->
    printf("the replica confirms all writes\n");
    confirmed[0] = (record[0] != NONE); confirmed[1] = (record[1] != NONE)
  }
  :: atomic {
    link == REPLICATING ->
    printf("the replica is lost\n");
    link = NO_REPLICA
  }
  :: atomic {
    link == NO_REPLICA ->
    printf("a new replica is synchronized\n");
    link = REPLICATING
  }
#ifdef FAILOVER
  :: atomic { /* the replica does not get any later write before it becomes the primary */
    link == REPLICATING && !failedOver ->
    printf("the replica falls behind\n");
    link = LAGGING;
    copyServer(replica, primary);
    failWaits()
  }
  :: atomic { /* what clients do on the former primary afterwards is lost in the same way as what was not replicated before */
    link == LAGGING ->
    printf("failover: the replica becomes the primary\n");
    link = NO_REPLICA; failedOver = 1;
    copyServer(primary, replica);
    clearMessage(0);
    clearMessage(1);
    /* docs/guarantees.md: a claim within the replication lag is undone; its holder learns it at the next renewal. */
    if
    :: phase[0] != IDLE && !isHolder(0) -> leaseEnded[0] = 1
    :: else
    fi;
    if
    :: phase[1] != IDLE && !isHolder(1) -> leaseEnded[1] = 1
    :: else
    fi;
    check()
  }
#endif
  od
}

#ifdef FOREIGN
/* Another program writes a value of another type to a key that does not exist, and an operator deletes it. */
#define isAbsent(list) (primary.place[0] != list && primary.place[1] != list)

proctype Foreign() {
  do
  :: atomic {
    !foreignWritten && foreign == NOWHERE ->
    if
    :: isAbsent(MAIN) -> foreign = MAIN; printf("a foreign value is written to the main list's key\n")
    :: foreign = DELAYED; printf("a foreign value is written to the delayed messages' key\n")
    :: isAbsent(DLQ) -> foreign = DLQ; printf("a foreign value is written to the dead letters' key\n")
    fi;
    foreignWritten = 1
  }
  :: atomic {
    foreign != NOWHERE ->
    printf("an operator deletes the foreign value\n");
    foreign = NOWHERE
  }
  od
}
#endif

init {
  atomic {
    run Nodes();
#ifdef FOREIGN
    run Foreign();
#endif
    run Publisher(0); run Publisher(1);
    run Maintenance(0); run Maintenance(1);
    run Renewal(0); run Renewal(1);
    run Consumer(0); run Consumer(1)
  }
}

#ifdef LIVENESS
/* Fair processes: a lease ends, maintenance runs, a handler ends, an operator acts. The messages are interchangeable. */
ltl claims_end { [] (primary.place[0] == PROCESSING -> <> (primary.place[0] != PROCESSING)) } /* property: claims-end */
#endif
