// What is comparable about an error of an SDK.

/** Calls, and gives the error's class and fields; fails when there is none. */
export async function thrown(call, more = {}) {
  try {
    await call();
  } catch (e) {
    return shownError(e, more);
  }

  throw new Error("no error was thrown");
}

export function shownError(e, more = {}) {
  const { name, message, status, code, param, type, requestID, error, status_code } = e;
  return { class: e.constructor.name, name, message, status, code, param, type, requestID, error, status_code, ...more };
}

/** Goes through a stream and gives what came, with the error that ended it. */
export async function gathered(stream) {
  const list = [];
  try {
    for await (const item of stream) {
      list.push(JSON.parse(JSON.stringify(item)));
    }
  } catch (e) {
    return { list, error: shownError(e) };
  }

  return { list, error: null };
}
